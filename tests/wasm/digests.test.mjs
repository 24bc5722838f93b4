// The wasm module in Node gives scenarios of each protocol the digests that the native engines give them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';

const engines = createRequire(import.meta.url)(process.env.CONSENSUS_WASM);
const lines = readFileSync(process.env.DIGESTS ?? new URL('../golden/digests.txt', import.meta.url), 'utf8').trim().split('\n');

test('scenarios of each protocol have the digests that the native engines give them', () => {
  assert.ok(lines.length >= 50);
  const computed = lines.map((line) => {
    const link = line.slice(65);
    return `${engines.digest(link)} ${link}`;
  });
  assert.deepEqual(computed, lines);
});

// The wasm module in Chromium gives scenarios of each protocol the digests that the native engines give them.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch, serve } from './harness.mjs';

/** The module as a browser loads it: `cargo xtask test --only browser` builds it and names it. */
const MODULE = process.env.CONSENSUS_WASM_WEB;

let server;
let browser;
before(async () => {
  assert.ok(MODULE, 'CONSENSUS_WASM_WEB names no module: cargo xtask test --only browser builds it');
  await writeFile(join(dirname(MODULE), 'index.html'), '<!doctype html><title>Digests</title>');
  [server, browser] = await Promise.all([serve(dirname(MODULE)), launch()]);
});
after(() => Promise.all([browser?.close(), server?.close()]));

test('scenarios of each protocol have the digests that the native engines give them', async () => {
  const lines = (await readFile(new URL('../golden/digests.txt', import.meta.url), 'utf8')).trim().split('\n');
  const links = lines.map((line) => line.slice(65));
  const page = await browser.newPage();
  await page.goto(server.url);
  const digests = await page.evaluate(
    async ([module, links]) => {
      const engines = await import(new URL(module, location.href).href);
      await engines.default();
      return links.map((link) => engines.digest(link));
    },
    [basename(MODULE), links],
  );
  assert.ok(lines.length >= 50);
  assert.deepEqual(
    digests.map((digest, i) => `${digest} ${links[i]}`),
    lines,
  );
});

// The wasm module as Node loads it: `cargo xtask test --only wasm` builds it and names it in CONSENSUS_WASM.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';

const engines = createRequire(import.meta.url)(process.env.CONSENSUS_WASM);

test('the module says the version that the workspace gives it', () => {
  const manifest = readFileSync(new URL('../../Cargo.toml', import.meta.url), 'utf8');
  const [, version] = manifest.match(/^version = "(.*)"$/m);
  assert.equal(engines.version(), version);
});

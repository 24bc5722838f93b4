// How fast the engines are as wasm, against the bare loop in the same module: `node tests/wasm/bench.mjs`, with the
// module named in CONSENSUS_WASM (`cargo xtask test --only wasm` builds it and says where).

import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';

const engines = createRequire(import.meta.url)(process.env.CONSENSUS_WASM);

/** What is asked of the engines: the protocol, and how many replicas. */
const CASES = [
  ['pbft', 4],
  ['pbft', 16],
  ['pbft', 64],
  ['raft', 5],
];
const WARM_UP = 200_000;
const MESSAGES = 1_000_000;
/** Runs of each, of which the best counts: everything else that runs on the machine only ever slows down. */
const ROUNDS = 5;

/** Messages a second. */
function rate(deliver) {
  const start = performance.now();
  const delivered = deliver();
  return (delivered / (performance.now() - start)) * 1_000;
}

const millions = (perSecond) => (perSecond / 1e6).toFixed(2).padStart(8);

console.log('million messages a second, as wasm in V8');
console.log('protocol    n   bare loop   engine    ratio   decisions');
for (const [protocol, n] of CASES) {
  const engine = new engines.Engine(protocol, n, true);
  engine.deliver(WARM_UP);
  engines.bare_loop(n, WARM_UP);
  let [bare, real] = [0, 0];
  for (let round = 0; round < ROUNDS; round += 1) {
    bare = Math.max(bare, rate(() => engines.bare_loop(n, MESSAGES)));
    real = Math.max(real, rate(() => engine.deliver(MESSAGES)));
  }
  const ratio = (real / bare).toFixed(2).padStart(7);
  const name = protocol.padEnd(8) + String(n).padStart(5);
  console.log(`${name}   ${millions(bare)} ${millions(real)}  ${ratio}   ${engine.decisions()}`);
  if (!engine.is_clean()) throw new Error(`${protocol} with ${n} replicas violated a property`);
  engine.free();
}

// Hostile links, many: on demand, not in every run. In each browser, at the top level and in a frame that may do nothing but
// run scripts: a sentence within 300 ms, the last good run stays, nothing is thrown.
//
// node tests/browser/hostile.mjs [how many] [Chromium,Firefox,WebKit]
// The page must be built as one file (`cargo xtask single-file`): nothing else runs in such a frame.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENGINES, until } from './engines.mjs';
import { SINGLE_FILE, serve } from './harness.mjs';

const [count, engines] = [Number(process.argv[2] ?? 300), (process.argv[3] ?? 'Chromium,Firefox,WebKit').split(',')];
const SENTENCE_MS_MAX = 300;
const FRAME_MS_MAX = 600_000;

/** Draws that are the same every time. */
function dice(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const GOOD = [
  'raft?n=5&req=4&at=20ms:crash:1&at=90ms:restart:1',
  'pbft?n=4&byz=0:twins&latency=5ms..20ms&loss=10%25',
  'hotstuff?n=4&at=30ms:part:0,1/2,3&at=80ms:heal',
  'paxos?n=3&dup=5%25&seed=77',
];
const BAD_VALUES = [
  '-1', '0', '1e9', 'NaN', '4.5', '99999999999999999999', '%F0%9F%98%80', '%00%07%1b', '%E2%80%AEabc', '<img src=x onerror=alert(1)>',
  '../../etc/passwd', 'javascript:alert(1)', "';drop table runs", '5ms..1ms', '%25', 'x'.repeat(400), '1,2,,3', ',', ':', '=',
];
const KEYS = ['n', 'f', 'seed', 'req', 'clients', 'gap', 'latency', 'loss', 'dup', 'gst', 'byz', 'at', 'until', 'without', 'w', 'in', 'v', 'vs'];

/** A link that is wrong somewhere. */
function hostile(i) {
  const roll = dice(i * 7919 + 1);
  const [key, value] = [KEYS[roll(KEYS.length)], BAD_VALUES[roll(BAD_VALUES.length)]];
  const good = GOOD[roll(GOOD.length)];
  switch (roll(6)) {
    case 0:
      return `#/${good}&${key}${key}=${value}`;
    case 1:
      return `#/${good.replace(/^\w+/, (name) => name + String.fromCharCode(97 + roll(26)) + 'q')}`;
    case 2:
      return `#/z1.${Array.from({ length: 1 + roll(400) }, () => 'ABCabc019-_'[roll(11)]).join('')}`;
    case 3:
      return `#/${good}&at=${roll(99)}ms:${['explode', 'crash', 'part', 'loss', 'msg'][roll(5)]}:${value}?`;
    case 4:
      return `#/${good}&byz=${roll(200)}:${value}`;
    default:
      return `#/${good.replace(/n=\d+/, `n=${['-3', '129', '1000000000', 'four', '4.4'][roll(5)]}`)}&${'%25'.repeat(roll(2000))}`;
  }
}

/** Stands in the page: sends it to each link in turn, and measures. */
async function offend(links) {
  const frame = () => new Promise((then) => requestAnimationFrame(then));
  const thrown = [];
  addEventListener('error', (event) => thrown.push(String(event.message)));
  addEventListener('unhandledrejection', (event) => thrown.push(String(event.reason)));
  const nodes = () => document.querySelectorAll('[aria-label^="node "]').length;
  while (!document.querySelector('.notices') || nodes() === 0) await frame();
  const notices = document.querySelector('.notices');
  const [before, times, mute] = [nodes(), [], []];
  for (const link of links) {
    document.querySelector('.notice button')?.click();
    while (notices.textContent) await frame();
    const start = performance.now();
    const said = await new Promise((tell) => {
      const watch = new MutationObserver(() => {
        if (!notices.textContent) return;
        watch.disconnect();
        tell(performance.now() - start);
      });
      watch.observe(notices, { childList: true, subtree: true, characterData: true });
      setTimeout(() => (watch.disconnect(), tell(null)), 3000);
      location.hash = link;
    });
    if (said === null) mute.push(link.slice(0, 120));
    else times.push(said);
  }
  const stays = before > 0 && nodes() === before;
  return { times, mute, thrown, stays };
}

const FRAME = `<!doctype html><link rel="icon" href="data:,"><iframe sandbox="allow-scripts" width="1000" height="700"
  src="single.html?play=0#/raft?n=3&req=1"></iframe><script>
  addEventListener('message', (event) => { if (event.data?.times) globalThis.result = event.data; });
</script>`;

const folder = await mkdtemp(join(tmpdir(), 'playground-hostile-'));
const links = Array.from({ length: count }, (_, i) => hostile(i));
// Nobody else's script gets into a sandboxed frame, so the page in it brings its own, and says what came of it.
const script = `(${offend})(${JSON.stringify(links).replaceAll('<', '\\u003c')}).then((it) => parent.postMessage(it, '*'))`;
const hash = createHash('sha256').update(script).digest('base64');
const single = (await readFile(SINGLE_FILE, 'utf8')).replace('script-src ', `script-src 'sha256-${hash}' `);
await writeFile(join(folder, 'single.html'), `${single}<script>${script}</script>`);
await writeFile(join(folder, 'index.html'), FRAME);
const [top, framed] = [await serve(), await serve(folder)];
let failed = false;
try {
  for (const name of engines) {
    const engine = await ENGINES[name]();
    const report = (place, { times, mute, thrown, stays }) => {
      times.sort((a, b) => a - b);
      const at = (share) => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? -1);
      const late = times.filter((ms) => ms > SENTENCE_MS_MAX).length;
      console.log(
        `${name} ${engine.version}, ${place}: ${count} links, ${times.length} sentences, median ${at(0.5)} ms, 99 % ${at(0.99)} ms, ` +
          `longest ${at(1)} ms, ${late} over ${SENTENCE_MS_MAX} ms; ${thrown.length} thrown; the run ${stays ? 'stays' : 'IS GONE'}`,
      );
      for (const link of mute) console.log(`  no sentence: ${link}`);
      for (const error of thrown) console.log(`  thrown: ${error}`);
      failed ||= mute.length > 0 || thrown.length > 0 || !stays;
    };
    try {
      await engine.open(`${top.url}?play=0#/raft?n=3&req=1`);
      report('top level', await engine.evaluate(offend, links));
      await engine.open(framed.url);
      await engine.evaluate(() => {
        globalThis.result ??= null;
        addEventListener('message', (event) => event.data?.times && (globalThis.result = event.data));
      });
      report('sandboxed frame', await until('the frame says what came of it', () => engine.evaluate(() => globalThis.result), FRAME_MS_MAX));
    } finally {
      await engine.close();
    }
  }
} finally {
  await Promise.all([top.close(), framed.close()]);
  await rm(folder, { recursive: true });
}
assert.ok(!failed, 'a hostile link got its way');

// How smoothly a page moves: frames, the script in each of them, and the longest task. A measurement, not a test:
// node tests/browser/pace.mjs [fragment …]

import { fileURLToPath } from 'node:url';
import { open } from './harness.mjs';

/** A task longer than this is felt as a stutter; browsers report no shorter one. */
export const TASK_MS_MAX = 50;

/**
 * Watches a page for a while.
 * @returns `framesPerSecond`, `scriptMsPerFrame` (all script of the page, spread over its frames), `longTasksMs` (each
 *   task over 50 ms)
 */
export async function pace(page, watchMs) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const before = await scriptSeconds(session);
  const { frames, seconds, longTasksMs } = await page.evaluate(countFrames, watchMs);
  const script = (await scriptSeconds(session)) - before;
  await session.detach();
  return { framesPerSecond: frames / seconds, scriptMsPerFrame: (script * 1000) / frames, longTasksMs };
}

async function scriptSeconds(session) {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'ScriptDuration').value;
}

/** Runs in the page. */
async function countFrames(watchMs) {
  const longTasksMs = [];
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longTasksMs.push(Math.round(duration));
  });
  observer.observe({ type: 'longtask' });
  const start = performance.now();
  let frames = 0;
  let now = start;
  while (now - start < watchMs) {
    now = await new Promise((frame) => requestAnimationFrame(() => frame(performance.now())));
    frames += 1;
  }
  observer.disconnect();
  return { frames, seconds: (now - start) / 1000, longTasksMs };
}

/**
 * The runs that `node tests/browser/pace.mjs` watches, unless it is given a fragment. Of 64 replicas up to 5,000 messages are
 * under way with one client, up to 8,000 with two, and with four 6,000 on average and up to 15,000.
 */
const WATCHED = [
  '',
  '#/pbft?n=64&clients=1&req=1000&latency=20ms..60ms&until=60s',
  '#/pbft?n=64&clients=2&req=1000&latency=20ms..60ms&until=60s',
  '#/pbft?n=64&clients=4&req=1000&latency=20ms..60ms&until=60s',
  '#/raft?n=64&req=1000&until=60s',
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const playground = await open();
  for (const fragment of process.argv.length > 2 ? process.argv.slice(2) : WATCHED) {
    const page = await playground.page({ fragment });
    await page.waitForTimeout(3_000);
    const { framesPerSecond, scriptMsPerFrame, longTasksMs } = await pace(page, 5_000);
    const figures = `${framesPerSecond.toFixed(1)} frames/s, ${scriptMsPerFrame.toFixed(2)} ms script per frame`;
    console.log(`${fragment || 'opening example'}: ${figures}, tasks over ${TASK_MS_MAX} ms: ${longTasksMs.join(', ') || 'none'}`);
    await playground.closePages();
  }
  await playground.close();
}

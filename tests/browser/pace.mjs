// How smoothly a page moves: frames, the script in each of them, and the longest task.

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

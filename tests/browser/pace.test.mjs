// The page moves without stutter, on the processor alone: no graphics card helps it here.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { open } from './harness.mjs';
import { pace } from './pace.mjs';

/** Most time that script may take of a frame's 16.7 ms. */
const SCRIPT_MS_PER_FRAME_MAX = 4;
const SETTLED_MS = 2_000;
const WATCHED_MS = 4_000;

let playground;
before(async () => (playground = await open()));
afterEach(() => playground.closePages());
after(() => playground?.close());

test('while the page plays, script takes at most 4 ms of a frame and no task 50 ms', async () => {
  const page = await playground.page();
  await page.waitForTimeout(SETTLED_MS);
  const { scriptMsPerFrame, longTasksMs } = await pace(page, WATCHED_MS);
  assert.ok(scriptMsPerFrame <= SCRIPT_MS_PER_FRAME_MAX, `script takes ${scriptMsPerFrame.toFixed(1)} ms of a frame`);
  assert.deepEqual(longTasksMs, []);
});

test('a page that is busy in every frame is noticed', async () => {
  const page = await playground.page();
  await page.evaluate(() => {
    const burn = (ms) => {
      const end = performance.now() + ms;
      while (performance.now() < end);
    };
    const busy = () => (burn(10), requestAnimationFrame(busy));
    busy();
    setTimeout(() => burn(90), 300);
  });
  const { scriptMsPerFrame, longTasksMs } = await pace(page, 1_500);
  assert.ok(scriptMsPerFrame > SCRIPT_MS_PER_FRAME_MAX, `only ${scriptMsPerFrame.toFixed(1)} ms were seen`);
  assert.ok(longTasksMs.some((ms) => ms >= 80), `the long task was not seen among ${longTasksMs}`);
});

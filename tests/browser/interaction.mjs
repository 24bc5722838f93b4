// How long a visitor waits for the next picture after a gesture: node tests/browser/interaction.mjs ['#/fragment' …]
//
// Measured by the browser (Event Timing, from the gesture to the paint after it), in a run that plays. Printed, never asserted.

import { open } from './harness.mjs';

const WATCHED = ['', '#/pbft?n=64&clients=4&req=1000&latency=20ms..60ms&until=60s'];

const playground = await open();
for (const fragment of process.argv.length > 2 ? process.argv.slice(2) : WATCHED) {
  const page = await playground.page({ fragment });
  await page.locator('.page:not(#still) .stage .picture').waitFor();
  await page.waitForTimeout(2_000);
  await page.evaluate(() => {
    globalThis.gestures = [];
    const observer = new PerformanceObserver((list) => {
      for (const { name, duration, interactionId } of list.getEntries()) if (interactionId) globalThis.gestures.push([name, duration]);
    });
    observer.observe({ type: 'event', durationThreshold: 16 });
  });
  for (const name of ['Log', 'Nodes', 'Events', 'Next', 'Facts', 'Why']) {
    await page.getByRole('tab', { name, exact: true }).click({ timeout: 3_000 }).catch(() => {});
    await page.waitForTimeout(150);
  }
  for (const i of [1, 2]) {
    await page.getByRole('button', { name: new RegExp(`^node ${i},`) }).click({ force: true });
    await page.waitForTimeout(150);
  }
  await page.locator('.scrubber').click();
  await page.waitForTimeout(300);
  for (const key of ['Space', 'ArrowRight', 'ArrowLeft', 'Control+ArrowRight', 'Home', 'Space']) {
    await page.keyboard.press(key);
    await page.waitForTimeout(150);
  }
  await page.waitForTimeout(500);
  const worst = (await page.evaluate(() => globalThis.gestures)).sort(([, a], [, b]) => b - a).slice(0, 3);
  console.log(`${fragment || 'opening example'}: the longest of some 15 gestures: ${worst.map(([name, ms]) => `${name} ${ms} ms`).join(', ') || 'under 16 ms'}`);
  await playground.closePages();
}
await playground.close();

// What the picture owes its reader: words that stay readable, links that say how much is on them, and room.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { VIEWPORTS, assertNoTrouble, open } from './harness.mjs';

let playground;
before(async () => (playground = await open()));
afterEach(() => playground.closePages());
after(() => playground?.close());

test('words beside nodes lie above the messages that pass, in a halo of paper', async () => {
  const page = await playground.page({ fragment: '?play=0&start=65ms' });
  const votes = page.locator('.stage .words text', { hasText: /^\d of \d$/ }).first();
  await votes.waitFor();
  const [after, look] = await votes.evaluate((text) => {
    const [canvas, words] = ['canvas.messages', 'svg.words'].map((it) => document.querySelector(`.stage > ${it}`));
    const { paintOrder, strokeWidth, stroke } = getComputedStyle(text);
    const paper = getComputedStyle(document.querySelector('.stage')).backgroundColor;
    return [canvas.compareDocumentPosition(words) & Node.DOCUMENT_POSITION_FOLLOWING, { paintOrder, strokeWidth, same: stroke === paper }];
  });
  assert.ok(after);
  assert.deepEqual(look, { paintOrder: 'stroke', strokeWidth: '3.5px', same: true });
  // And they are in nobody's way.
  const box = await votes.boundingBox();
  const under = await page.evaluate(([x, y]) => document.elementFromPoint(x, y).closest('.words'), [box.x + 2, box.y + 4]);
  assert.equal(under, null);
  assertNoTrouble(page);
});

test('no words stand where the page says how much is under way', async () => {
  for (const fragment of ['?play=0&start=3575ms#/nakamoto?n=8', '?play=0&start=25ms#/pbft?n=7&req=2', '?play=0&start=900ms#/raft?n=12']) {
    const page = await playground.page({ fragment, viewport: VIEWPORTS.laptop });
    await page.locator('.stage .words text').first().waitFor();
    const covered = await page.evaluate(() => {
      const count = document.querySelector('.under-way').getBoundingClientRect();
      return [...document.querySelectorAll('.stage .words text')]
        .filter((text) => {
          const box = text.getBoundingClientRect();
          return box.right > count.left && box.left < count.right && box.bottom - 3 > count.top && box.top < count.bottom;
        })
        .map((text) => text.textContent);
    });
    assert.deepEqual(covered, [], fragment);
    assertNoTrouble(page);
    await playground.closePages();
  }
});

test('among many nodes the busiest links are thicker and have their numbers', async () => {
  const page = await playground.page({ fragment: '?play=0&start=95ms#/pbft?n=16&clients=4&req=40&latency=20ms..60ms' });
  const counts = page.locator('.stage .words text[font-weight]');
  await counts.first().waitFor();
  const numbers = (await counts.allTextContents()).map(Number);
  assert.ok(numbers.length >= 3 && numbers.length <= 12 && numbers.every((n) => n > 1), String(numbers));
  assertNoTrouble(page);
});

for (const [name, fragment, begin] of [
  ['a lesson', '#/lesson/six-confirmations/1', null],
  ['a search', '#/raft?n=5', async (page) => {
    await page.getByRole('tab', { name: 'Facts' }).click();
    await page.getByRole('tabpanel').getByRole('button', { name: 'Search for an accident' }).click();
  }],
]) {
  test(`beside ${name} the picture keeps half of a low screen, nearly`, async () => {
    const page = await playground.page({ fragment, viewport: VIEWPORTS.laptop });
    await begin?.(page);
    await page.locator('.guide').waitFor();
    await page.waitForTimeout(200);
    const { height } = await page.locator('.stage').boundingBox();
    assert.ok(height >= 0.47 * VIEWPORTS.laptop.height, `${height} px`);
    assertNoTrouble(page);
  });
}

test('of a thousand nodes the table has as many as can be drawn at once, and the rest on demand', async () => {
  const page = await playground.page({ fragment: '?play=0#/nakamoto?n=1000' });
  await page.getByRole('tab', { name: 'Nodes' }).click();
  const rows = page.locator('.nodes tbody tr');
  await rows.first().waitFor();
  assert.equal(await rows.count(), 160);
  await page.getByRole('button', { name: /^Show all/ }).click();
  await page.waitForFunction(() => document.querySelectorAll('.nodes tbody tr').length >= 1000);
  assertNoTrouble(page);
});

// The space–time diagram, linked with the list of events and the stage.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { VIEWPORTS, accessibilityFindings, assertNoTrouble, open } from './harness.mjs';

let playground;
before(async () => (playground = await open()));
afterEach(() => playground.closePages());
after(() => playground?.close());

/** How much ink there is on the diagram, in thousandths of its pixels. */
const ink = (page) =>
  page.evaluate(() => {
    const canvas = document.querySelector('.diagram canvas');
    // A copy that is meant to be read.
    const copy = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height });
    const context = copy.getContext('2d', { willReadFrequently: true });
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    let sum = 0;
    for (let i = 3; i < data.length; i += 4) sum += data[i];
    return (1000 * sum) / 255 / (data.length / 4);
  });

async function settled(page) {
  await page.waitForTimeout(400);
  return ink(page);
}

test('the causal past and future of an event stand out, in the diagram and in the list', async () => {
  const page = await playground.page({ fragment: '?play=0&start=45ms#/pbft?n=4&req=1' });
  await page.getByRole('tab', { name: 'Events' }).click();
  const all = await settled(page);
  const list = page.getByRole('tabpanel');
  await list.getByRole('button', { name: /\s2\s*pre-prepare from 0/ }).click();
  await list.getByRole('img', { name: 'It can have led to the selected event' }).first().waitFor();
  await list.getByRole('img', { name: 'It can have followed from the selected event' }).first().waitFor();
  // The pre-prepare at 1 has nothing to do with the one at 2.
  assert.match(await list.getByRole('button', { name: /\s1\s*pre-prepare from 0/ }).getAttribute('class'), /apart/);
  assert.ok((await settled(page)) < all, 'the rest is dimmed');
  assert.deepEqual(await accessibilityFindings(page), []);
  await page.getByRole('button', { name: 'Show all' }).click();
  assert.equal(await list.getByRole('img', { name: /selected event/ }).count(), 0);
  assertNoTrouble(page);
});

test('a click on an arrow shows its event, and one beside it goes to that time', async () => {
  const page = await playground.page({ fragment: '?play=0&start=15ms#/pbft?n=4&req=1&latency=10ms' });
  await page.waitForTimeout(400);
  // The request goes from the client's line to the line of node 0 in the first 10 ms.
  const box = await page.locator('.diagram .plot').boundingBox();
  let hit = false;
  for (let x = 40; x < 140 && !hit; x += 3) {
    await page.mouse.click(box.x + x, box.y + 30);
    hit = await page.getByText(/request from client c0 to node 0 arrived/i).isVisible();
  }
  assert.ok(hit, 'no arrow was found');
  await page.mouse.click(box.x + box.width * 0.6, box.y + 10);
  await page.waitForFunction(() => document.querySelector('.clock').textContent !== '15.0 ms');
  assertNoTrouble(page);
});

test('kinds and nodes are filtered in the diagram and in the list alike, and all of sixteen nodes have their line', async () => {
  const page = await playground.page({ fragment: '?play=0&start=45ms#/pbft?n=16&req=1' });
  const all = await settled(page);
  const diagram = page.locator('.diagram');
  await diagram.getByLabel('Kinds shown').selectOption({ label: 'commit' });
  const commits = await settled(page);
  assert.ok(commits < all);
  await page.getByRole('tab', { name: 'Events' }).click();
  const list = page.getByRole('tabpanel');
  assert.equal(await list.getByLabel('Kinds shown').locator('option:checked').innerText(), 'commit');
  await list.getByLabel('Nodes shown').selectOption('3');
  assert.ok((await settled(page)) < commits);
  assert.equal(await diagram.getByLabel('Nodes shown').inputValue(), '3');
  for (const row of await list.locator('.row').allInnerTexts()) assert.match(row, /\s3\s+commit from/);
  await page.getByRole('button', { name: 'Zoom in' }).click();
  await page.getByRole('button', { name: 'Whole run' }).click();
  assertNoTrouble(page);
});

test('the scrubber marks the time that the diagram shows', async () => {
  const page = await playground.page({ fragment: '?play=0&start=900ms#/raft?n=5&req=3&until=5s' });
  const band = page.locator('.scrubber .shown');
  await band.waitFor();
  await settled(page);
  const width = async () => (await band.boundingBox()).width;
  const before = await width();
  await page.getByRole('button', { name: 'Zoom in' }).click();
  await page.waitForFunction((before) => document.querySelector('.scrubber .shown').width.baseVal.value < 0.8 * before, before);
  const [knob, { x, width: now }] = [await page.locator('.scrubber .knob').boundingBox(), await band.boundingBox()];
  const at = knob.x + knob.width / 2;
  assert.ok(x <= at && at <= x + now, 'the cursor is in it');
  // All of the run needs no mark.
  await page.getByRole('button', { name: 'Whole run' }).click();
  await band.waitFor({ state: 'detached' });
  assertNoTrouble(page);
});

test('between two blocks the diagram shows so much time that a message is in it', async () => {
  // A block every two seconds, a network of 10 ms: most of the time nothing is under way.
  const page = await playground.page({ fragment: '?play=0&start=4s#/nakamoto?n=8&interval=2s&until=20s' });
  await settled(page);
  const coloured = await page.evaluate(() => {
    const canvas = document.querySelector('.diagram canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) count += data[i + 3] > 20 && Math.abs(data[i] - data[i + 2]) > 40;
    return count;
  });
  assert.ok(coloured > 60, `${coloured} coloured pixels`);
  assertNoTrouble(page);
});

test('on a phone the diagram stands above the list of events', async () => {
  const fragment = '?play=0&start=45ms#/pbft?n=4&req=1';
  const page = await playground.page({ fragment, viewport: VIEWPORTS.phone, touch: true });
  await page.getByRole('tab', { name: 'Events' }).tap();
  const box = await page.getByRole('tabpanel').locator('.plot').boundingBox();
  assert.ok(box.width > 300 && box.height > 150, JSON.stringify(box));
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= VIEWPORTS.phone.width, `the page is ${width} pixels wide`);
  assertNoTrouble(page);
});

test('of sixteen nodes the whole run is drawn once the page rests', async () => {
  const fragment = '?play=0&start=95ms#/pbft?n=16&clients=4&req=40&latency=20ms..60ms';
  const page = await playground.page({ fragment });
  // Eight parts of the width, without the words at the upper edge: each has votes in it, in the colour of the view.
  const coloured = () =>
    page.evaluate(() => {
      const canvas = document.querySelector('.diagram canvas');
      const { width, height } = canvas;
      const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
      context.drawImage(canvas, 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      const parts = Array(8).fill(0);
      for (let y = 20; y < height - 40; y++) {
        for (let x = 40; x < width - 20; x++) {
          const i = 4 * (y * width + x);
          if (data[i + 3] > 20 && data[i + 2] - data[i] > 40) parts[Math.floor((8 * (x - 40)) / (width - 60))]++;
        }
      }
      return parts;
    });
  await settled(page);
  const all = async () => (await coloured()).every((pixels) => pixels > 300);
  const drawn = async () => {
    for (let tries = 0; tries < 40; tries++) {
      if (await all()) return;
      await page.waitForTimeout(250);
    }
    assert.fail(`a part is blank: ${await coloured()}`);
  };
  await drawn();
  await page.getByRole('button', { name: 'Whole run' }).click();
  await drawn();
  assertNoTrouble(page);
});

test('no time is written below the buttons, on a page of any width that is not held upright', async () => {
  for (const width of [768, 1100, 1440]) {
    const page = await playground.page({ fragment: '?play=0&start=45ms#/pbft?n=4&req=4', viewport: { width, height: 720 } });
    await settled(page);
    const covered = await page.evaluate(() => {
      const canvas = document.querySelector('.diagram canvas');
      const [outer, tools] = [canvas, document.querySelector('.diagram .tools')].map((e) => e.getBoundingClientRect());
      const context = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
      context.drawImage(canvas, 0, 0);
      // The line at the cursor may reach a little into them.
      const [x, y] = [tools.left - outer.left - 2, tools.top - outer.top + 6];
      const { data } = context.getImageData(x, y, outer.width - x, tools.height - 6);
      return data.filter((value, i) => i % 4 === 3 && value > 0).length;
    });
    assert.equal(covered, 0, `${covered} pixels at ${width}`);
    assertNoTrouble(page);
    await playground.closePages();
  }
});

// What waits, what conflicts, what one node knows, and what can be altered before it happens.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { VIEWPORTS, accessibilityFindings, assertNoTrouble, open } from './harness.mjs';

let playground;
before(async () => (playground = await open()));
afterEach(() => playground.closePages());
after(() => playground?.close());

/** Five replicas, a quorum that is too small for them, and a liar that shows it. */
const BROKEN = '?play=0#/pbft?n=5&f=1&quorum=2f%2B1&clients=2&req=2&byz=0:two-faced';

async function atEnd(options) {
  const page = await playground.page(options);
  await page.keyboard.press('End');
  return page;
}

test('a violation shows who voted for each side and who for both', async () => {
  const page = await atEnd({ fragment: BROKEN });
  await page.getByRole('button', { name: /Agreement violated/ }).click();
  const conflict = page.locator('.violated .conflict');
  await conflict.waitFor();
  const text = await conflict.innerText();
  assert.match(text, /node \d decided .* at 1/);
  assert.match(text, /commits from [\d, ]+; 3 needed/);
  assert.match(text, /Who voted in both: 0, ill-behaved/);
  assert.equal(await conflict.locator('td.both').count(), 2);
  assert.deepEqual(await accessibilityFindings(page), []);
  assertNoTrouble(page);
});

test('who decided otherwise than another is befouled, and says why', async () => {
  const page = await atEnd({ fragment: BROKEN });
  await page.getByRole('button', { name: /^node 1, .*befouled/ }).press('Enter');
  await page.getByText(/Befouled: correct, but nothing is promised to it/).waitFor();
  assertNoTrouble(page);
});

test('a run that stands still says what it waits for and from whom', async () => {
  const page = await atEnd({ fragment: '?play=0#/pbft?n=4&req=1&until=100ms&at=0:pause:2&at=0:pause:3' });
  assert.match(await page.locator('.telling').innerText(), /of 3 prepares.*none yet from .*2 \(paused\), 3 \(paused\)/);
  assertNoTrouble(page);
});

test('through one node’s eyes there is only what it has heard, beside what is so', async () => {
  const page = await playground.page({ fragment: '?play=0&start=25ms#/pbft?n=4&req=1&at=5ms:crash:3' });
  await page.getByRole('button', { name: /^node 3, crashed/ }).waitFor();
  await page.getByRole('button', { name: /^node 1, / }).press('Enter');
  await page.getByRole('button', { name: 'See through its eyes' }).click();
  // It knows of no crash.
  await page.getByRole('button', { name: /^node 3, as heard, unheard/ }).waitFor();
  await page.getByRole('button', { name: /^node 0, as heard, pre-prepare/ }).waitFor();
  assert.match(await page.locator('.knows').innerText(), /3\s+nothing\s+crashed/);
  assert.deepEqual(await accessibilityFindings(page), []);
  await page.getByRole('button', { name: 'Show what is so' }).click();
  await page.getByRole('button', { name: /^node 3, crashed/ }).waitFor();
  assertNoTrouble(page);
});

test('what happens next is altered there, and what cannot be says why', async () => {
  const page = await playground.page({ fragment: '?play=0&start=15ms#/pbft?n=4&req=1&at=12ms:crash:3' });
  await page.getByRole('tab', { name: 'Next' }).click();
  const panel = page.getByRole('tabpanel');
  await panel.getByRole('button', { name: /\s3\s*pre-prepare from 0/ }).click();
  assert.ok(await panel.getByRole('button', { name: 'Deliver now' }).isDisabled());
  await panel.getByText('Its receiver has crashed: it would be lost.').waitFor();
  await panel.getByRole('button', { name: /\s1\s*pre-prepare from 0/ }).click();
  await panel.getByRole('button', { name: 'Drop', exact: true }).click();
  await page.waitForFunction(() => /at=15.*:drop:0-1/.test(decodeURIComponent(location.hash)));
  assertNoTrouble(page);
});

test('on a phone the conflict fits', async () => {
  const page = await atEnd({ fragment: BROKEN, viewport: VIEWPORTS.phone, touch: true });
  await page.getByRole('tab', { name: 'Facts' }).tap();
  await page.locator('.quorums').waitFor();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= VIEWPORTS.phone.width, `the page is ${width} pixels wide`);
  assertNoTrouble(page);
});

test('bytes are counted by the model that stands beside them', async () => {
  const page = await atEnd({ fragment: '?play=0#/pbft?n=4&req=1' });
  await page.getByRole('tab', { name: 'Facts' }).click();
  const stated = await page.locator('.facts').getByText(/not a wire format/).innerText();
  const [, header, number, digest, signature] = /: (\d+) a header, (\d+) a number,\s+(\d+) a digest, (\d+) a signature/.exec(stated).map(Number);
  const row = await page.getByRole('row', { name: /^prepare / }).locator('td').allInnerTexts();
  const [sent, bytes] = row.map((text) => Number(text.replace(/\D/g, '')));
  // PREPARE(v, n, d, i), signed: three numbers and a digest.
  assert.ok(sent > 0);
  assert.equal(bytes, sent * (header + 3 * number + digest + signature));
  assertNoTrouble(page);
});

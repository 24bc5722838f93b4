// Branches of a run: made by acting in the past, named, compared on one clock, deleted.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { VIEWPORTS, accessibilityFindings, assertNoTrouble, open } from './harness.mjs';

let playground;
before(async () => (playground = await open()));
afterEach(() => playground.closePages());
after(() => playground?.close());

/** A run seen to its end, with a branch in which node 3 crashes early. */
async function branched(options = {}) {
  const page = await playground.page({ fragment: '?play=0#/pbft?n=4&req=1', ...options });
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  for (let i = 0; i < 8; i += 1) await page.keyboard.press('ArrowRight');
  await page.getByRole('button', { name: /^node 3, / }).click();
  await page.getByRole('tabpanel').getByRole('button', { name: /^crash/i }).click();
  await page.waitForFunction(() => location.hash.includes('crash:3'));
  await page.getByRole('button', { name: 'All branches' }).click();
  return page;
}

test('a branch is named after what was done, and can be named otherwise', async () => {
  const page = await branched();
  const name = page.getByLabel(/^Name of (?!main)/);
  assert.match(await name.inputValue(), /3/);
  await name.fill('without node 3');
  await name.press('Enter');
  await page.getByRole('button', { name: 'Go there: main' }).click();
  const group = page.getByRole('group', { name: 'Branches' });
  await group.getByRole('button', { name: 'without node 3' }).click();
  await page.waitForFunction(() => location.hash.includes('crash:3'));
  assertNoTrouble(page);
});

test('two branches stand side by side on one clock, and a link brings both back', async () => {
  const page = await branched();
  await page.getByRole('button', { name: 'Compare: main' }).click();
  const cards = page.locator('.card');
  await cards.nth(1).waitFor();
  assert.match(await cards.nth(1).innerText(), /PBFT: main\s+parts at/);
  await page.waitForFunction(() => location.hash.includes('vs=pbft;own'));
  const link = await page.evaluate(() => location.hash);
  const again = await playground.page({ fragment: link });
  await again.locator('.card').nth(1).waitFor();
  assert.match(await again.locator('.card').nth(1).innerText(), /parts at/);
  assert.deepEqual(await accessibilityFindings(page), []);
  assertNoTrouble(again);
  assertNoTrouble(page);
});

test('a branch is deleted, and undo brings it back; the main one stays', async () => {
  const page = await branched();
  assert.ok(await page.getByRole('button', { name: 'Delete: main' }).isDisabled());
  await page.getByRole('button', { name: /^Delete: (?!main)/ }).click();
  await page.waitForFunction(() => !location.hash.includes('crash:3'));
  await page.keyboard.press('Escape');
  assert.equal(await page.getByRole('button', { name: 'All branches' }).count(), 0);
  await page.getByRole('button', { name: 'Undo the last edit' }).click();
  await page.waitForFunction(() => location.hash.includes('crash:3'));
  assertNoTrouble(page);
});

test('on a phone the list of branches fits', async () => {
  const page = await playground.page({ viewport: VIEWPORTS.phone, touch: true, fragment: '?play=0#/pbft?n=4&req=1' });
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await page.getByRole('button', { name: /^node 3, / }).press('Enter');
  await page.getByRole('tabpanel').getByRole('button', { name: /^crash/i }).tap();
  await page.getByRole('button', { name: 'All branches' }).tap();
  const wide = await page.evaluate(() => {
    const body = document.querySelector('.dialog-body');
    return body.scrollWidth - body.clientWidth;
  });
  assert.ok(wide <= 0, `${wide} pixels too wide`);
  assertNoTrouble(page);
});

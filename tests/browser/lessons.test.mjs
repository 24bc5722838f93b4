// What the page teaches: the gallery, and pauses.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { VIEWPORTS, accessibilityFindings, assertNoTrouble, open } from './harness.mjs';

let playground;
before(async () => (playground = await open()));
afterEach(() => playground.closePages());
after(() => playground?.close());

const button = (page, name) => page.getByRole('button', { name, exact: false });

test('the gallery is filtered by typing, and a scenario opens by keyboard alone', async () => {
  const page = await playground.page();
  await button(page, 'Gallery').focus();
  await page.keyboard.press('Enter');
  const gallery = page.getByRole('dialog', { name: 'Gallery' });
  const groups = await gallery.locator('.group').count();
  assert.ok(groups >= 16, `${groups} protocols`);
  // The filter has the focus.
  await page.keyboard.type('beyond generals');
  const link = gallery.getByRole('link', { name: /Three generals cannot do it/ });
  await link.waitFor();
  assert.match(await link.innerText(), /beyond the budget: IC2 violated/);
  assert.ok((await gallery.locator('.gallery a').count()) < 6);
  assert.match(await gallery.getByRole('status').innerText(), /^\d scenarios$/);
  await link.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Three generals cannot do it' }).waitFor();
  assert.equal(await gallery.count(), 0);
  assertNoTrouble(page);
});

test('the gallery is whole on a phone and breaks no rule of accessibility', async () => {
  for (const viewport of [VIEWPORTS.phone, VIEWPORTS.desk]) {
    const page = await playground.page({ viewport, touch: viewport === VIEWPORTS.phone });
    if (viewport === VIEWPORTS.phone) await button(page, 'Menu').click();
    await button(page, 'Gallery').click();
    const gallery = page.getByRole('dialog', { name: 'Gallery' });
    await gallery.locator('.group').first().waitFor();
    const wide = await gallery.locator('.dialog-body').evaluate((body) => body.scrollWidth > body.clientWidth);
    assert.ok(!wide, 'nothing scrolls sideways');
    assert.deepEqual(await accessibilityFindings(page), []);
    assertNoTrouble(page);
  }
});

test('a pause stops the run with its note, can be added and removed, and travels in the link', async () => {
  const page = await playground.page({ fragment: '#/pbft?n=4&req=1&pause=12:Two%20votes%20are%20enough' });
  const note = page.getByText('Two votes are enough', { exact: true });
  await note.waitFor();
  await page.getByRole('status').filter({ hasText: 'Paused. Two votes are enough' }).waitFor({ state: 'attached' });
  await button(page, 'Play (Space)').waitFor();
  assert.match(await page.locator('.controls .where').innerText(), /event 12 of/);
  // Whoever plays on passes it.
  await button(page, 'Play on').click();
  await note.waitFor({ state: 'detached' });
  await page.getByText('at rest').waitFor();
  // Another one, with a note of its own.
  await button(page, 'Previous event').click();
  await button(page, 'pause here').click();
  await page.getByText('Pause 2 of 2').click();
  await page.getByRole('textbox', { name: 'Note' }).fill('Nearly over: 99 %');
  await page.keyboard.press('Tab');
  await page.waitForFunction(() => /pause=\d+:Nearly over: 99 %/.test(decodeURIComponent(location.hash)));
  await button(page, 'Remove').click();
  await page.waitForFunction(() => !/Nearly/.test(decodeURIComponent(location.hash)));
  assert.match(await page.evaluate(() => location.hash), /pause=12/);
  assertNoTrouble(page);
});

test('a frame shows the note, too, and a link that pauses at the beginning waits there', async () => {
  const page = await playground.page({ fragment: '?embed=1#/raft?n=3&pause=0:Watch%20the%20rings' });
  await page.getByText('Watch the rings', { exact: true }).waitFor();
  await page.waitForTimeout(500);
  await page.getByText('Watch the rings', { exact: true }).waitFor();
  assertNoTrouble(page);
});

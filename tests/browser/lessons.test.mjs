// What the page teaches: the gallery.

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

// Faults that a person adds in the form, by mouse, by keyboard, by touch.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { VIEWPORTS, assertNoTrouble, open } from './harness.mjs';

let playground;
before(async () => (playground = await open()));
afterEach(() => playground.closePages());
after(() => playground?.close());

const form = (page) => page.getByRole('group', { name: 'Add a fault' });
const side = (page, name) => form(page).getByRole('group', { name: 'one side' }).getByRole('button', { name, exact: true });
const fragment = (page) => page.evaluate(() => decodeURIComponent(location.hash));

/** Opens a run that stands at its beginning, with the form ready for this fault. */
async function adding(what, options) {
  const page = await playground.page(options);
  await page.keyboard.press('Space');
  await page.keyboard.press('Home');
  if (options.touch) await page.getByRole('tab', { name: 'Set-up' }).tap();
  await page.getByRole('button', { name: '+ add' }).click();
  await form(page).getByRole('combobox', { name: 'what', exact: true }).selectOption({ label: what });
  return page;
}

/** Adds it, and gives what the address says then. */
async function added(page, press = (button) => button.click()) {
  await press(form(page).getByRole('button', { name: 'Add', exact: true }));
  await form(page).waitFor({ state: 'detached' });
  await page.waitForFunction(() => location.hash.includes('at=') || location.hash.includes('skew='));
  return fragment(page);
}

/** What nodes that took part have decided by the end: their labels. */
async function atTheEnd(page) {
  await page.keyboard.press('End');
  return page.locator('svg [role="button"][aria-label]').evaluateAll((nodes) => nodes.map((x) => x.getAttribute('aria-label')));
}

test('a minority is split off, and the majority still answers its clients', async () => {
  const page = await adding('split the network', { fragment: '#/pbft?n=4&req=1' });
  await side(page, '3').click();
  assert.match(await form(page).innerText(), /other side\s+0, 1, 2, c0/);
  assert.equal(await added(page), '#/pbft?at=0:partition:3&v=1');
  await page.getByRole('region', { name: 'Set-up' }).getByText('partition into 3 | all others').waitFor();
  const [primary, , , alone, client] = await atTheEnd(page);
  assert.match(primary, /executed 1/);
  assert.match(alone, /idle/);
  assert.match(client, /1 done/);
  assertNoTrouble(page);
});

test('by keyboard alone: two servers of five are split off, and who joins later stands on the other side', async () => {
  const page = await adding('split the network', { fragment: '#/raft?n=5&req=1&until=1s' });
  await form(page).getByRole('combobox', { name: 'what', exact: true }).focus();
  for (const key of ['Tab', 'Tab', 'Tab', 'Tab', 'Space', 'Tab', 'Enter']) await page.keyboard.press(key);
  assert.match(await form(page).innerText(), /other side\s+0, 1, 2, c0/);
  for (const key of ['Tab', 'Tab', 'Tab']) await page.keyboard.press(key);
  assert.match(await added(page, () => page.keyboard.press('Enter')), /at=0:partition:3,4&/);
  assert.match((await atTheEnd(page)).at(-1), /^client c0, 1 done/);
  await page.getByRole('button', { name: 'More Servers', exact: true }).click();
  const labels = await atTheEnd(page);
  assert.equal(labels.length, 7);
  assert.match(labels.at(-1), /^client c0, 1 done/);
  assertNoTrouble(page);
});

test('on a phone, a client is where it is put, and a side without anybody is none', async () => {
  const page = await adding('split the network', { fragment: '#/pbft?n=4&req=1', viewport: VIEWPORTS.phone, touch: true });
  const add = form(page).getByRole('button', { name: 'Add', exact: true });
  const refused = form(page).getByRole('alert').filter({ hasText: 'Each side needs somebody.' });
  await add.tap();
  await refused.waitFor();
  for (const name of ['0', '1', '2', '3', 'c0']) await side(page, name).tap();
  assert.match(await form(page).innerText(), /other side\s+nobody/);
  await add.tap();
  await refused.waitFor();
  for (const name of ['0', '1', '2', '3']) await side(page, name).tap();
  assert.match(await added(page, (button) => button.tap()), /at=0:partition:c0&/);
  assert.match((await atTheEnd(page)).at(-1), /^client c0, (?!1 done)/);
  assertNoTrouble(page);
});

test('a replica is cut off from its client as from any other node', async () => {
  const page = await playground.page({ fragment: '#/pbft?n=4&req=1' });
  await page.keyboard.press('Space');
  await page.keyboard.press('Home');
  await page.getByRole('button', { name: /^node 0,/ }).click();
  await page.getByText('Links', { exact: true }).click();
  await page.getByRole('button', { name: 'c0', exact: true }).first().click();
  await page.waitForFunction(() => /at=\d+\w*:cut:0-c0/.test(location.hash));
  assertNoTrouble(page);
});

test('one way only: what one sends does not reach the other, and what comes back does', async () => {
  const page = await adding('cut one way only', { fragment: '#/pbft?n=4&req=1' });
  await form(page).getByText('Nothing gets there; the way back stays open.').waitFor();
  await form(page).getByRole('combobox', { name: 'from', exact: true }).selectOption('3');
  await form(page).getByRole('combobox', { name: 'to', exact: true }).selectOption('c0');
  assert.equal(await added(page), '#/pbft?at=0:block:3-c0&v=1');
  await page.getByRole('region', { name: 'Set-up' }).getByText('block all from 3 to c0').waitFor();
  await atTheEnd(page);
  await page.getByRole('tab', { name: 'Events' }).click();
  await page.getByText(/reply from 3 lost: the link is cut/).first().waitFor();
  assertNoTrouble(page);
});

test('a clock gets another rate within the bounds of a link, and another one in its place', async () => {
  const page = await adding('wrong clock rate', { fragment: '#/raft?n=3&req=1&until=2s&seed=2' });
  await form(page).getByText(/At 2\/1 its timers run out in half the time/).waitFor();
  assert.equal(await form(page).getByRole('textbox', { name: 'at', exact: true }).count(), 0, 'it is from the start');
  const rate = form(page).getByRole('textbox', { name: 'rate', exact: true });
  const add = form(page).getByRole('button', { name: 'Add', exact: true });
  for (const [text, why] of [
    ['11', 'too fast, at most 10/1 is allowed.'],
    ['1/11', 'too slow, at least 1/10 is needed.'],
    ['quick', /^not a ratio/],
  ]) {
    await rate.fill(text);
    await add.click();
    await form(page).getByRole('alert').filter({ hasText: why }).waitFor();
  }
  await rate.fill('10');
  await form(page).getByRole('combobox', { name: 'who', exact: true }).selectOption('1');
  assert.match(await added(page), /skew=1:10\/1&/);
  await page.getByRole('region', { name: 'Set-up' }).getByText('clock runs at 10/1').waitFor();
  await page.keyboard.press('ArrowRight');
  const leader = (await atTheEnd(page)).find((label) => /leader/.test(label));
  assert.match(leader, /^node 1/, 'who is ten times as fast is up first');
  await page.getByRole('button', { name: '+ add' }).click();
  await form(page).getByRole('combobox', { name: 'what', exact: true }).selectOption('skew');
  await form(page).getByRole('combobox', { name: 'who', exact: true }).selectOption('1');
  await rate.fill('1/2');
  await form(page).getByRole('button', { name: 'Add', exact: true }).click();
  await page.waitForFunction(() => /skew=1:1\/2&/.test(location.hash) && !/10\/1/.test(location.hash));
  assertNoTrouble(page);
});

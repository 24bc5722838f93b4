// Plays as a person would: by mouse, by keyboard, by touch.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { VIEWPORTS, assertNoTrouble, open } from './harness.mjs';

let playground;
before(async () => (playground = await open()));
afterEach(() => playground.closePages());
after(() => playground?.close());

const button = (page, name) => page.getByRole('button', { name, exact: false });
const node = (page, i) => page.getByRole('button', { name: new RegExp(`^node ${i},`) });
const fragment = (page) => page.evaluate(() => decodeURIComponent(location.hash));

/** What the page says of the moment: `{ ms, event }`. */
async function moment(page) {
  const label = await page.locator('[aria-label*=" after "][role="group"]').getAttribute('aria-label');
  const [, ms, event] = /at ([\d.]+) ms, after (\d+) events?/.exec(label);
  return { ms: Number(ms), event: Number(event) };
}

async function paused(page) {
  await button(page, 'Pause (Space)').click();
  await button(page, 'Play (Space)').waitFor();
}

/** Waits until the address says something. */
async function addressSays(page, pattern) {
  await page.waitForFunction((p) => new RegExp(p).test(decodeURIComponent(location.hash)), pattern, { timeout: 5_000 });
}

test('the page opens on a running example with one lying agent', async () => {
  const page = await playground.page();
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.getByRole('button', { name: /^node 0, primary, .*lies|^node 0, .*(Byzantine|two)/i }).waitFor();
  const before = await moment(page);
  await page.waitForTimeout(1_200);
  assert.ok((await moment(page)).ms > before.ms, 'time passes by itself');
  assertNoTrouble(page);
});

test('play, pause, and steps in both directions', async () => {
  const page = await playground.page({ fragment: '#/pbft?n=4&req=2&seed=3' });
  await page.waitForTimeout(600);
  await paused(page);
  const here = await moment(page);
  await button(page, 'Next event').click();
  assert.equal((await moment(page)).event, here.event + 1);
  await button(page, 'Previous event').click();
  await button(page, 'Previous event').click();
  assert.equal((await moment(page)).event, here.event - 1);
  await button(page, 'Next round').click();
  assert.ok((await moment(page)).event > here.event);
  assertNoTrouble(page);
});

test('the keyboard alone: space, arrows, home and end', async () => {
  const page = await playground.page({ fragment: '#/pbft?n=4&req=1' });
  await page.keyboard.press('Space');
  await button(page, 'Play (Space)').waitFor();
  await page.keyboard.press('Home');
  assert.equal((await moment(page)).event, 0);
  await page.keyboard.press('ArrowRight');
  assert.equal((await moment(page)).event, 1);
  await page.keyboard.press('End');
  const end = await moment(page);
  assert.equal(end.event, 35, 'n = 4, one request: 5 starts, 1 proposal, 29 messages');
  assert.equal(end.ms, 50, 'the client is done after 5 delays of 10 ms');
  await button(page, 'Play again from the start (Space)').waitFor();
  await page.keyboard.press('ArrowLeft');
  assert.equal((await moment(page)).event, 34);
  assertNoTrouble(page);
});

test('a crash by hand becomes part of the scenario, and can be undone and redone', async () => {
  const page = await playground.page({ fragment: '#/raft?n=3&req=2&until=3s' });
  await page.waitForTimeout(400);
  await paused(page);
  await node(page, 2).click();
  await page.getByRole('tabpanel').getByRole('button', { name: /^crash/i }).click();
  await addressSays(page, 'at=\\d+\\w+:crash:2');
  await page.getByRole('button', { name: /^node 2, .*crashed/ }).waitFor();
  await button(page, 'Undo').click();
  await page.waitForFunction(() => !location.hash.includes('crash'));
  await button(page, 'Redo').click();
  await addressSays(page, 'crash:2');
  assertNoTrouble(page);
});

test('acting in the past makes a branch, and the old future stays', async () => {
  const page = await playground.page({ fragment: '#/pbft?n=4&req=1' });
  await page.keyboard.press('Space');
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  for (let i = 0; i < 8; i += 1) await page.keyboard.press('ArrowRight');
  await node(page, 3).click();
  await page.getByRole('tabpanel').getByRole('button', { name: /^crash/i }).click();
  await addressSays(page, 'crash:3');
  const branches = page.getByRole('group', { name: 'Branches' });
  await branches.getByRole('button').nth(1).waitFor();
  await branches.getByRole('button', { name: 'main' }).click();
  await page.waitForFunction(() => !location.hash.includes('crash'));
  assertNoTrouble(page);
});

test('a rule switched off breaks the property it names, with the conflict in words', async () => {
  const page = await playground.page({ fragment: '#/pbft?n=5&f=1&quorum=2f%2B1&clients=2&req=2&byz=0:two-faced' });
  await page.keyboard.press('Space');
  await page.keyboard.press('End');
  await page.getByRole('button', { name: /Agreement violated|✕ Agreement|✗ Agreement/ }).waitFor({ timeout: 5_000 });
  await page.getByRole('button', { name: /Quorums intersect/ }).waitFor();
  assertNoTrouble(page);
});

test('every protocol is one choice away', async () => {
  const page = await playground.page();
  const picker = page.getByRole('combobox', { name: 'Protocol' });
  const ids = await picker.locator('option').evaluateAll((options) => options.map((o) => o.value));
  assert.ok(ids.length >= 2);
  for (const id of ids) {
    await picker.selectOption(id);
    await addressSays(page, `^#/${id}`);
  }
  assertNoTrouble(page);
});

test('on a phone a node is crashed by touch', async () => {
  const page = await playground.page({ fragment: '#/raft?n=3&req=1&until=3s', viewport: VIEWPORTS.phone, touch: true });
  await page.waitForTimeout(500);
  await button(page, 'Pause (Space)').tap();
  await node(page, 1).tap();
  await page.getByRole('tabpanel').getByRole('button', { name: /^crash/i }).tap();
  await addressSays(page, 'crash:1');
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${overflow} px stick out sideways`);
  assertNoTrouble(page);
});

test('share offers this very run as link, Markdown and iframe', async () => {
  const page = await playground.page({ fragment: '#/pbft?n=4&req=1&seed=9' });
  await button(page, 'Share').click();
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  const texts = await dialog.locator('input, textarea').evaluateAll((fields) => fields.map((f) => f.value));
  assert.ok(texts.some((t) => /^http.*#\/pbft\?.*seed=9/.test(t)), `no link among ${texts}`);
  assert.ok(texts.some((t) => t.startsWith('<iframe')), 'an iframe');
  assert.ok(texts.some((t) => /^\[.*\]\(http/.test(t)), 'Markdown');
  assertNoTrouble(page);
});

test('an embedded run shows the picture and its controls, and writes no history', async () => {
  const page = await playground.page({ fragment: '?embed=1&theme=dark#/raft?n=5&req=1' });
  await node(page, 0).waitFor();
  await button(page, 'Next event').waitFor();
  assert.equal(await page.getByRole('region', { name: 'Set-up' }).count(), 0);
  assertNoTrouble(page);
});

test('another n brings another f, unless f was set by hand', async () => {
  const page = await playground.page({ fragment: '#/pbft?n=4' });
  const fill = async (name, value) => {
    await page.getByRole('textbox', { name }).fill(value);
    await page.getByRole('textbox', { name }).press('Enter');
  };
  const tolerated = async (f) => {
    await page.waitForFunction((f) => document.getElementById('field-f')?.value === f, f, { timeout: 5_000 });
  };
  await fill('Replicas', '31');
  await tolerated('10');
  await fill('Replicas', '4');
  await tolerated('1');
  await fill('Faults tolerated', '2');
  await fill('Replicas', '10');
  await tolerated('2');
  await fill('Replicas', '2');
  await tolerated('1');
  assertNoTrouble(page);
});

test('one event before the end of a run there is something left to play, though no time', async () => {
  const page = await playground.page({ fragment: '?play=0#/pbft?n=4&req=1' });
  await page.keyboard.press('End');
  await button(page, 'Play again from the start').waitFor();
  await button(page, 'Previous event').click();
  await button(page, 'Play (Space)').click();
  await button(page, 'Play again from the start').waitFor();
  assert.ok((await moment(page)).ms > 0, 'it has not begun again');
  assertNoTrouble(page);
});

// Protocols side by side.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { VIEWPORTS, assertNoTrouble, open } from './harness.mjs';

let playground;
before(async () => (playground = await open()));
afterEach(() => playground.closePages());
after(() => playground?.close());

const card = (page, title) => page.getByRole('article', { name: title });
const cell = (page, row, column) => page.locator('table.compare tbody tr').nth(row).locator('td, th').nth(column);

test('a link with rivals opens them side by side, each measured on the same clock', async () => {
  const page = await playground.page({ fragment: '#/pbft?n=4&req=1&vs=raft' });
  await card(page, 'PBFT').waitFor();
  await card(page, 'Raft').waitFor();
  await page.keyboard.press('End');
  await page.waitForFunction(() => document.querySelector('table.compare tbody td:nth-child(3)')?.textContent === '1');
  assert.equal(await cell(page, 0, 3).textContent(), '24', 'messages between replicas');
  assert.equal(await cell(page, 0, 4).textContent(), '5', 'messages with clients');
  assert.equal(await cell(page, 0, 5).textContent(), '3 / 3 / 5', 'delays');
  assert.match(await page.locator('tr.said').first().textContent(), /f < n\/3 Byzantine.*O\(n²\).*3 RTT.*Lower/);
  assertNoTrouble(page);
});

test('beside the opening run, whose primary lies, a protocol that knows no liars says on card and in table that it has none', async () => {
  const page = await playground.page({ fragment: '?play=0' });
  await page.getByRole('button', { name: 'Compare' }).click();
  const without = 'Without 0’s lie “Two faces”, which Raft does not have';
  await card(page, 'Raft').getByText(without).waitFor();
  assert.equal(await page.locator('table.compare').getByText(without).count(), 1);
  await page.getByText('the same faults as far as each protocol knows them').waitFor();
  assert.doesNotMatch(await card(page, 'PBFT').textContent(), /Without/);
  await page.getByRole('combobox', { name: 'Add a protocol' }).selectOption('zyzzyva');
  await card(page, 'Zyzzyva').getByText('0 has a twin instead of “Two faces”').waitFor();
  // Once nobody lies, all have the same again.
  await page.getByRole('button', { name: 'Remove: Two faces' }).click();
  await page.getByText('one load, the same faults.').waitFor();
  assert.equal(await page.getByText(without).count(), 0);
  assertNoTrouble(page);
});

test('rivals are added and removed, an edit is shared by all, and the address says so', async () => {
  const page = await playground.page({ fragment: '#/pbft?n=4&req=2' });
  await page.getByRole('button', { name: 'Compare' }).click();
  await card(page, 'Raft').waitFor();
  await page.getByRole('button', { name: 'Remove Raft' }).click();
  await card(page, 'Raft').waitFor({ state: 'detached' });
  await page.getByRole('combobox', { name: 'Add a protocol' }).selectOption('raft');
  await card(page, 'Raft').waitFor();
  await page.getByRole('textbox', { name: 'Replicas' }).fill('7');
  await page.getByRole('textbox', { name: 'Replicas' }).press('Enter');
  await page.waitForFunction(() => decodeURIComponent(location.hash).includes('n=7'));
  await page.waitForFunction(() => decodeURIComponent(location.hash).includes('vs=raft'));
  assert.match(await card(page, 'Raft').textContent(), /7 servers/);
  await page.getByRole('button', { name: 'Back to one run' }).click();
  await page.locator('.stage').waitFor();
  await page.waitForFunction(() => !decodeURIComponent(location.hash).includes('vs='));
  assertNoTrouble(page);
});

test('growth is measured up to 100 replicas and its exponents are those of the literature', async () => {
  const page = await playground.page({ fragment: '#/pbft?n=4&req=2&vs=raft' });
  await page.getByRole('button', { name: /Measure growth/ }).click();
  await page.getByText('its exponent is fitted').waitFor({ timeout: 60_000 });
  const plot = await page.locator('.plots svg').first().getAttribute('aria-label');
  assert.match(plot, /PBFT n\^(1\.9|2|2\.1)/, plot);
  assert.match(plot, /Raft n\^(0\.9|1|1\.1)/, plot);
  assertNoTrouble(page);
});

test('what the document says is held against the numbers of this comparison, as far as they are measured', async () => {
  const page = await playground.page({ fragment: '?play=0#/pbft?n=4&req=5&vs=hotstuff' });
  const judged = page.locator('table.compare .differs');
  await page.locator('tr.said').first().waitFor();
  assert.equal(await judged.count(), 0, 'nothing is judged that is not measured');
  await page.keyboard.press('End');
  await judged.getByText('Throughput differs: 20/s beside HotStuff 11.1/s; answers take 50 ms').waitFor();
  await judged.getByText('Throughput differs: 11.1/s beside PBFT 20/s; answers take 90 ms').waitFor();
  await judged.getByText('Latency differs: 1.5 RTT until a replica decides, 2.5 for the client; votes go from all to all').waitFor();
  assert.equal(await judged.getByText('Messages').count(), 0, 'growth is not measured yet');
  await page.getByRole('button', { name: /Measure growth/ }).click();
  await judged.getByText('Messages as the document says: n^2.1.').waitFor({ timeout: 60_000 });
  await judged.getByText('Messages as the document says: n^1.1.').waitFor();
  assert.equal(await judged.getByText('Tolerance as the document says: 1 of 4 lying survived, 1 claimed.').count(), 2);
  assertNoTrouble(page);
});

test('rivals of one protocol are told apart by their options, in cards, table and plots', async () => {
  const page = await playground.page({ fragment: '#/pbft?n=4&req=2&vs=pbft;batch:8&vs=pbft;n:7&vs=pbft' });
  await card(page, 'PBFT batch:8').waitFor();
  const rows = page.locator('table.compare tbody tr:not(.said, .differs) th');
  assert.deepEqual(await rows.allTextContents(), ['PBFT', 'PBFT batch:8', 'PBFT n:7', 'PBFT 4']);
  await page.getByRole('button', { name: /Measure growth/ }).click();
  await page.getByText('its exponent is fitted').waitFor({ timeout: 60_000 });
  const words = await page.locator('.plots svg').first().locator('text').allTextContents();
  assert.deepEqual(words.filter((w) => /PBFT/.test(w)).map((w) => w.replace(/ n\^.*/, '')).sort(), ['PBFT', 'PBFT 4', 'PBFT batch:8', 'PBFT n:7']);
  assertNoTrouble(page);
});

test('who cannot run beside this run says why, stays in the link, and comes back when it can', async () => {
  const page = await playground.page({ fragment: '?play=0#/pbft?n=31&f=1&req=3&vs=raft&vs=om' });
  await card(page, 'Raft').waitFor();
  await page.getByText(/^Byzantine generals, oral cannot run here: n: OM\(10\) takes/).waitFor();
  await page.getByRole('textbox', { name: 'Replicas' }).fill('4');
  await page.getByRole('textbox', { name: 'Replicas' }).press('Enter');
  await card(page, 'Byzantine generals, oral').waitFor();
  await page.waitForFunction(() => decodeURIComponent(location.hash).includes('vs=om'));
  await page.getByRole('textbox', { name: 'Replicas' }).fill('31');
  await page.getByRole('textbox', { name: 'Replicas' }).press('Enter');
  await page.waitForFunction(() => /n=31.*vs=om/.test(decodeURIComponent(location.hash)));
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await page.waitForFunction(() => !decodeURIComponent(location.hash).includes('vs=om'));
  assertNoTrouble(page);
});

test('the end is where the last of them ends, and a slower rival has decided by then', async () => {
  const page = await playground.page({ fragment: '?play=0#/pbft?n=4&req=1&vs=raft' });
  await card(page, 'Raft').waitFor();
  await page.keyboard.press('End');
  await page.waitForFunction(() => document.querySelectorAll('table.compare tbody tr:not(.said, .differs)')[1]?.children[2].textContent === '1');
  await page.getByText('10\u202f000.0 ms').first().waitFor();
  await page.getByText(/at rest/).waitFor();
  assertNoTrouble(page);
});

test('on a phone the comparison needs no sideways scrolling of the page', async () => {
  const page = await playground.page({ fragment: '#/pbft?n=4&req=2&vs=raft', viewport: VIEWPORTS.phone, touch: true });
  await card(page, 'Raft').waitFor();
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${overflow} px too wide`);
  assertNoTrouble(page);
});

test('adding and removing a protocol is undone and done again, and so is the comparison itself', async () => {
  const page = await playground.page({ fragment: '#/pbft?n=4&req=2&vs=raft' });
  const [undo, redo] = [/^Undo/, /^Redo/].map((name) => page.getByRole('button', { name }));
  await card(page, 'Raft').waitFor();
  assert.ok(await undo.isDisabled(), 'what a link brought is no edit');
  await page.getByRole('combobox', { name: 'Add a protocol' }).selectOption('hotstuff');
  await card(page, 'HotStuff').waitFor();
  await page.getByRole('button', { name: 'Remove Raft' }).click();
  await card(page, 'Raft').waitFor({ state: 'detached' });
  await undo.click();
  await card(page, 'Raft').waitFor();
  assert.equal(await card(page, 'HotStuff').count(), 1);
  await undo.click();
  await card(page, 'HotStuff').waitFor({ state: 'detached' });
  assert.ok(await undo.isDisabled());
  await redo.click();
  await redo.click();
  await card(page, 'Raft').waitFor({ state: 'detached' });
  await page.waitForFunction(() => /vs=hotstuff(?!.*vs=raft)/.test(decodeURIComponent(location.hash)));
  await page.getByRole('button', { name: 'Back to one run' }).click();
  await page.locator('.stage').waitFor();
  await undo.click();
  await card(page, 'HotStuff').waitFor();
  assertNoTrouble(page);
});

test('undoing what stands beside the run leaves time where it is', async () => {
  const page = await playground.page({ fragment: '#/pbft?n=4&req=2&vs=raft' });
  await page.getByRole('button', { name: 'Remove Raft' }).click();
  await page.keyboard.press('End');
  const time = () => page.getByRole('slider', { name: 'Time' }).getAttribute('aria-valuenow');
  await page.waitForFunction(() => document.querySelector('[role=slider]').getAttribute('aria-valuenow') !== '0');
  await page.waitForTimeout(500);
  await page.keyboard.press('End');
  const end = await time();
  await page.getByRole('button', { name: /^Undo/ }).click();
  await card(page, 'Raft').waitFor();
  assert.equal(await time(), end);
  assertNoTrouble(page);
});

test('the cross that closes a card is as large as all others, and so are its words on cards of any width', async () => {
  const page = await playground.page({ fragment: '?play=0&start=80ms#/pbft?n=4&req=2&vs=raft&vs=hotstuff&vs=zyzzyva' });
  const cross = page.getByRole('button', { name: 'Remove Raft' }).locator('svg');
  const { width, height } = await cross.boundingBox();
  assert.deepEqual([width, height], [16, 16]);
  const picture = card(page, 'PBFT').locator('> svg');
  await picture.locator('circle').first().waitFor();
  const [drawn, seen] = await picture.evaluate((svg) => [svg.viewBox.baseVal.width, svg.getBoundingClientRect().width]);
  assert.ok(Math.abs(drawn - seen) <= 1, `drawn for ${drawn} px, seen at ${seen} px`);
  assertNoTrouble(page);
});

test('who cannot be added says why', async () => {
  const rivals = Array.from({ length: 7 }, (_, i) => `&vs=raft;n:${i + 3}`).join('');
  const page = await playground.page({ fragment: `#/pbft?n=4&req=1${rivals}` });
  const add = page.getByRole('combobox', { name: 'Add a protocol' });
  assert.ok(await add.isDisabled());
  assert.match(await add.locator('option').first().textContent(), /No more than eight/);
  assertNoTrouble(page);
});

test('growth is measured beside the page, says how far it is, rests and goes on', async () => {
  const page = await playground.page({ fragment: '#/pbft?n=4&req=2&vs=raft&vs=pbft;n:5&vs=pbft;n:6&vs=pbft;n:7' });
  await page.getByRole('button', { name: /Measure growth/ }).click();
  const bar = page.getByRole('progressbar', { name: 'Measurements' });
  const made = () => bar.evaluate((bar) => bar.value);
  // At once: a moment later everything may be measured.
  await page.waitForFunction(() => {
    const stop = document.querySelector('.measuring button');
    const begun = document.querySelector('.measuring progress')?.value > 2;
    if (begun) stop.click();
    return begun;
  });
  await page.getByText('It rests.').waitFor();
  const then = await made();
  await page.waitForTimeout(600);
  assert.equal(await made(), then, 'at rest nothing is measured');
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.waitForFunction((then) => !document.querySelector('progress') || document.querySelector('progress').value > then, then);
  // Another run is another comparison: what was measured is forgotten, and the worker ends.
  await page.getByRole('button', { name: 'Remove Raft' }).click();
  await page.getByRole('button', { name: /Measure growth/ }).waitFor();
  assertNoTrouble(page);
});

// What has room: nothing that matters is cut without a hint, nothing scrolls away that should stay, and the keyboard keeps its
// place.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { VIEWPORTS, assertNoTrouble, open } from './harness.mjs';

let playground;
before(async () => (playground = await open()));
afterEach(() => playground.closePages());
after(() => playground?.close());

const SIZES = { ...VIEWPORTS, tablet: { width: 768, height: 1024 }, low: { width: 1024, height: 768 }, small: { width: 320, height: 700 } };
const VIOLATION = '?start=600ms#/pbft?n=5&f=1&quorum=2f%2B1&clients=2&req=2&byz=0:two-faced';
const tab = (page, name) => page.getByRole('tab', { name, exact: true });
const sideways = (locator) => locator.evaluate((it) => it.scrollWidth - it.clientWidth);
const hidden = (locator) => locator.evaluate((it) => it.scrollHeight - it.clientHeight);

for (const [name, viewport] of Object.entries(SIZES)) {
  test(`what is violated has its badge first and whole, and the rest is behind the last one: ${name}`, async () => {
    const page = await playground.page({ fragment: VIOLATION, viewport, touch: viewport.width < 800 });
    const badges = page.locator('.badges');
    await badges.getByText(/^. \d+ more$/).waitFor();
    assert.equal(await badges.locator('button').first().innerText(), '✕ Agreement violated');
    assert.ok((await sideways(badges)) <= 0, 'no badge is cut');
    const shown = await badges.locator('button').allInnerTexts();
    await badges.locator('button').last().click();
    await page.waitForFunction(() => document.querySelector('[aria-selected=true]').innerText === 'Facts');
    // It counts those of its sign, not those that are well, too.
    const [sign, count] = shown.pop().split(' ');
    const alike = await page.locator('.truths b').filter({ hasText: new RegExp(`^${sign}`) }).count();
    assert.equal(Number(count), alike - shown.filter((badge) => badge.startsWith(sign)).length, sign);
    assertNoTrouble(page);
  });

  test(`who is silent can be read: ${name}`, async () => {
    const page = await playground.page({ fragment: '?play=0&start=41ms', viewport, touch: viewport.width < 800 });
    const line = page.locator('.truth .telling');
    await line.getByText(/none yet from/).waitFor();
    const stage = () => page.locator('.stage').first().boundingBox();
    const before = await stage();
    if (viewport.width > 320) assert.ok((await hidden(line)) <= 1, 'all of it is there');
    // What is longer is read by pointing at it; the picture keeps its place.
    await line.click();
    assert.ok((await hidden(line)) <= 0);
    assert.deepEqual(await stage(), before);
    assertNoTrouble(page);
  });

  test(`the form never scrolls sideways: ${name}`, async () => {
    const page = await playground.page({ fragment: '?play=0', viewport, touch: viewport.width < 800 });
    const picker = page.getByRole('combobox', { name: 'Protocol' });
    const ids = await picker.locator('option').evaluateAll((options) => options.map(({ value }) => value));
    for (const id of ids) {
      await picker.selectOption(id);
      if (await tab(page, 'Set-up').count()) await tab(page, 'Set-up').click();
      await page.waitForTimeout(60);
      assert.deepEqual([id, await sideways(page.locator('.setup'))], [id, 0]);
      assert.ok((await sideways(page.getByRole('tablist'))) <= 2, `${id}: all tabs are in sight`);
    }
    assertNoTrouble(page);
  });
}

for (const fragment of ['?play=0&start=41ms', '?play=0&start=41ms#/pbft?n=4&req=1&vs=raft']) {
  test(`on a phone the control bar is always on screen, and nothing ends beneath it: ${fragment}`, async () => {
    const page = await playground.page({ fragment, viewport: VIEWPORTS.phone, touch: true });
    const bar = page.locator('.controls');
    await bar.waitFor();
    for (const share of [0, 0.5, 1]) {
      await page.evaluate((to) => scrollTo(0, to * document.documentElement.scrollHeight), share);
      await page.waitForTimeout(150);
      const { y, height } = await bar.boundingBox();
      assert.ok(y >= 0 && y + height <= VIEWPORTS.phone.height + 1, `at ${share} it stands from ${y} to ${y + height}`);
      const last = await page.evaluate(() => {
        const shown = [...document.querySelectorAll('.panel, .middle')].filter((it) => it.checkVisibility());
        return Math.max(...shown.map((it) => it.getBoundingClientRect().bottom));
      });
      if (share === 1) assert.ok(last <= y + 1, `the end of the page, ${last}, lies beneath the bar, ${y}`);
    }
    assertNoTrouble(page);
  });
}

for (const [name, fragment, viewport] of [
  ['on a phone', '?play=0&start=41ms', VIEWPORTS.phone],
  ['beside a lesson on a small phone', '#/lesson/six-confirmations/1', { width: 320, height: 568 }],
  ['beside a lesson on a low screen', '#/lesson/six-confirmations/1', { width: 1024, height: 700 }],
]) {
  test(`${name} the legend is a line that is folded out by pointing at it`, async () => {
    const page = await playground.page({ fragment, viewport, touch: viewport.width < 800 });
    const legend = page.getByRole('list', { name: 'Legend' });
    await legend.locator('li').first().waitFor();
    assert.equal((await legend.boundingBox()).height, 30);
    // No entry lies under the word that says so.
    const beneath = await legend.evaluate((it) => [...it.children].filter((li) => li.offsetTop < 20 && li.offsetLeft + li.offsetWidth > it.clientWidth - 56).length);
    assert.equal(beneath, 0);
    await legend.click();
    assert.ok((await hidden(legend)) <= 0);
    await legend.getByText(/^colour: /).click({ trial: true });
    assertNoTrouble(page);
  });
}

test('a phone that lies on its side, and a frame as small as a stamp, show the picture first of all', async () => {
  for (const [fragment, viewport] of [
    ['?play=0&start=41ms', { width: 844, height: 390 }],
    ['?play=0&start=41ms', { width: 667, height: 375 }],
    ['?embed=1&play=0&start=41ms', { width: 480, height: 320 }],
    ['?embed=1&play=0&start=41ms', { width: 640, height: 400 }],
  ]) {
    const page = await playground.page({ fragment, viewport, touch: true });
    const stage = page.locator('.stage').first();
    await stage.waitFor();
    const { height } = await stage.boundingBox();
    assert.ok(height >= 0.4 * viewport.height, `${viewport.width} × ${viewport.height}: ${height} px`);
    const covered = await page.evaluate(() => {
      const [stage, bar] = ['.stage', '.controls'].map((it) => document.querySelector(`.page:not(#still) ${it}`).getBoundingClientRect());
      return stage.bottom - bar.top;
    });
    assert.ok(covered <= 0, `${covered} px of it lie beneath the buttons`);
    assertNoTrouble(page);
    await playground.closePages();
  }
});

test('a panel opens at its top', async () => {
  const page = await playground.page({ fragment: '?play=0&start=41ms' });
  await tab(page, 'Facts').click();
  const panel = page.getByRole('tabpanel');
  await panel.getByText('Properties').first().waitFor();
  await panel.evaluate((it) => (it.scrollTop = 500));
  await tab(page, 'Why').click();
  await page.waitForTimeout(200);
  assert.equal(await panel.evaluate((it) => it.scrollTop), 0);
  assertNoTrouble(page);
});

test('the keyboard keeps its place when what it has pressed is gone', async () => {
  const page = await playground.page({ fragment: '?play=0&start=41ms#/pbft?n=4&req=2&clients=2' });
  const at = async () => {
    await page.waitForTimeout(350);
    return page.evaluate(() => {
      const it = document.activeElement;
      return it.closest('[role=tabpanel], .setup') ? it.textContent.trim().slice(0, 40) || it.ariaLabel : it.localName;
    });
  };
  const press = async (name) => {
    await page.getByRole('button', { name, exact: true }).first().focus();
    await page.keyboard.press('Enter');
    return at();
  };
  await page.getByRole('button', { name: /^node 1,/ }).click();
  assert.equal(await press('Crash'), 'Restart');
  assert.equal(await press('Restart'), 'Crash');
  assert.equal(await press('Pause'), 'Resume');
  assert.equal(await press('Resume'), 'Pause');
  await tab(page, 'Why').click();
  assert.notEqual(await press('pause here'), 'body');
  await page.getByText(/^Pause 1 of/).click();
  assert.notEqual(await press('Remove'), 'body');
  assert.notEqual(await press(/^Remove: /), 'body');
  await tab(page, 'Next').click();
  await page.getByRole('tabpanel').locator('.row').filter({ hasText: ' from ' }).first().click();
  await page.getByRole('button', { name: 'look inside' }).click();
  assert.notEqual(await press('Drop'), 'body');
  assertNoTrouble(page);
});

test('the keyboard keeps its place when the form that adds a fault has closed beneath it', async () => {
  const page = await playground.page({ fragment: '?play=0&start=41ms' });
  await page.getByRole('button', { name: '+ add' }).click();
  await page.getByRole('combobox', { name: 'what', exact: true }).selectOption({ label: 'split the network' });
  await page.getByRole('group', { name: 'one side' }).getByRole('button', { name: '1', exact: true }).click();
  await page.getByRole('button', { name: 'Add', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Remove: partition into 1 | all others' }).waitFor();
  await page.waitForTimeout(350);
  // Beside what has come, not behind what is folded.
  assert.match(await page.evaluate(() => document.activeElement.ariaLabel ?? document.activeElement.localName), /^Remove: /);
  assertNoTrouble(page);
});

test('arrows lead from tab to tab, and the keyboard goes along', async () => {
  const page = await playground.page({ fragment: '?play=0&start=41ms' });
  const press = async (key) => {
    await page.keyboard.press(key);
    await page.waitForTimeout(100);
    return page.evaluate(() => `${document.activeElement.textContent} ${document.activeElement.ariaSelected}`);
  };
  await tab(page, 'Why').focus();
  assert.equal(await press('ArrowRight'), 'Log true');
  assert.equal(await press('ArrowLeft'), 'Why true');
  assert.equal(await press('ArrowLeft'), 'Facts true');
  assert.equal(await press('ArrowRight'), 'Why true');
  // That is the browser's way back.
  assert.equal(await press('Alt+ArrowRight'), 'Why true');
  assert.equal(await page.locator('.clock').innerText(), '41.0 ms');
  assertNoTrouble(page);
});

test('what was unfolded under Next is folded once something has been done: another message may stand there', async () => {
  const page = await playground.page({ fragment: '?play=0&start=41ms' });
  await tab(page, 'Next').click();
  const panel = page.getByRole('tabpanel');
  await panel.locator('.row').filter({ hasText: ' from ' }).first().click();
  await panel.getByRole('button', { name: 'Drop' }).click();
  await page.waitForFunction(() => location.hash.includes('drop:'));
  await page.waitForTimeout(100);
  assert.equal(await panel.locator('[aria-expanded=true]').count(), 0);
  assertNoTrouble(page);
});

test('on a phone a row of the table of nodes is one line', async () => {
  const page = await playground.page({ fragment: '?play=0&start=900ms#/raft?n=5&req=3', viewport: VIEWPORTS.phone, touch: true });
  await tab(page, 'Nodes').click();
  const apart = await page.locator('.nodes tbody tr').first().evaluate((row) => {
    const middle = (it) => {
      const range = document.createRange();
      range.selectNodeContents(it);
      const { top, bottom } = range.getBoundingClientRect();
      return (top + bottom) / 2;
    };
    return middle(row.querySelector('th button')) - middle(row.children[1]);
  });
  assert.ok(Math.abs(apart) < 3, `${apart} px`);
  assertNoTrouble(page);
});

test('Space with Shift stays the browser’s', async () => {
  const page = await playground.page({ fragment: '?play=0' });
  await page.getByRole('button', { name: 'Play (Space)' }).waitFor();
  await page.keyboard.press('Shift+Space');
  await page.waitForTimeout(200);
  await page.getByRole('button', { name: 'Play (Space)' }).waitFor();
  assertNoTrouble(page);
});

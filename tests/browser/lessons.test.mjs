// What the page teaches: the gallery, pauses, guided lessons and missions.

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
  // It opens at what is on the bench; all others are a click away, and typing looks through everything.
  assert.deepEqual(await gallery.locator('.group h3 a').allInnerTexts(), ['PBFT']);
  await gallery.getByRole('button', { name: 'Raft' }).click();
  assert.deepEqual(await gallery.locator('.group h3 a').allInnerTexts(), ['Raft']);
  await gallery.getByRole('button', { name: 'Lessons' }).click();
  await gallery.getByText('Three generals cannot agree').waitFor();
  await gallery.getByRole('button', { name: 'Everything' }).click();
  const groups = await gallery.locator('.group').count();
  assert.ok(groups >= 16, `${groups} protocols`);
  await gallery.getByLabel('Filter').focus();
  await page.keyboard.type('beyond generals');
  const link = gallery.getByRole('link', { name: /Three generals cannot do it/ });
  await link.waitFor();
  assert.match(await link.innerText(), /beyond its limits: IC2 violated/);
  assert.ok((await gallery.locator('.gallery a').count()) < 6);
  assert.match(await gallery.getByRole('status').innerText(), /^\d scenarios$/);
  await link.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Three generals cannot do it' }).waitFor();
  assert.equal(await gallery.count(), 0);
  assertNoTrouble(page);
});

test('the gallery says when nothing is found, and shows which shelf is chosen, however long the list', async () => {
  for (const viewport of [VIEWPORTS.phone, VIEWPORTS.laptop]) {
    const page = await playground.page({ fragment: '?play=0#/pos', viewport, touch: viewport === VIEWPORTS.phone });
    // Whoever has picked a protocol and nothing else learns what it is for, and where its lessons are.
    await button(page, 'Next event').click();
    await page.locator('.lesson').getByText(/^Proof of Stake\. /).waitFor();
    await button(page, 'Scenarios that show it').click();
    const gallery = page.getByRole('dialog', { name: 'Gallery' });
    const seen = await gallery.getByRole('button', { name: 'Proof of Stake', pressed: true }).evaluate((chosen) => {
      const [it, list] = [chosen.getBoundingClientRect(), chosen.parentElement.getBoundingClientRect()];
      return it.left >= list.left && it.right <= list.right && it.top >= list.top && it.bottom <= list.bottom;
    });
    assert.ok(seen, 'the chosen shelf is in sight');
    await gallery.getByLabel('Filter').fill('zebra');
    await gallery.getByText('No scenario has all of these words.').waitFor();
    assertNoTrouble(page);
  }
});

test('a step of a lesson is read without scrolling, answer and all, and leaves room for the picture', async () => {
  for (const viewport of [VIEWPORTS.laptop, VIEWPORTS.phone, { width: 900, height: 700 }]) {
    for (const name of ['three-generals/2', 'own-term/3', 'six-confirmations/3', 'scheduler/3']) {
      const page = await playground.page({ fragment: `#/lesson/${name}`, viewport, reducedMotion: true });
      await page.locator('.ask button').first().click();
      await page.locator('.ask [role="status"]').filter({ hasText: /^(Right|No)\. / }).waitFor();
      const [hidden, stage] = await page.evaluate(() => {
        const guide = document.querySelector('.guide');
        return [guide.scrollHeight - guide.clientHeight, document.querySelector('.page:not(#still) .stage').clientHeight];
      });
      assert.ok(hidden <= 0, `${name}: ${hidden} px of it are hidden`);
      assert.ok(stage >= 180, `${name}: the picture is ${stage} px high`);
      await playground.closePages();
    }
  }
});

test('a step that plays says and shows the same within ten seconds or so, and one that may not play stands at its end', async () => {
  for (const [step, events] of [['scheduler/4', '1\u202f003'], ['own-term/5', 232], ['six-confirmations/5', 119]]) {
    const page = await playground.page({ fragment: `#/lesson/${step}` });
    await page.locator('.controls .where').filter({ hasText: `event ${events} of` }).waitFor({ timeout: 16_000 });
    await playground.closePages();
  }
  const page = await playground.page({ fragment: '?play=0#/lesson/six-confirmations/1' });
  await page.getByText('Watch the first one being found').waitFor();
  assert.match(await page.locator('.controls .where').innerText(), /event 59 of/);
  await button(page, 'Play (Space)').waitFor();
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
  await button(page, 'Undo the last edit').click();
  await page.waitForFunction(() => /Nearly/.test(decodeURIComponent(location.hash)));
  await button(page, 'Redo the edit').click();
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

test('a guided lesson is finished by keyboard alone, each step at its own address', async () => {
  const page = await playground.page({ fragment: '#/lesson/three-generals' });
  const guide = page.getByRole('region', { name: 'Three generals cannot agree' });
  await guide.getByText('1 of 5').waitFor();
  await guide.getByRole('button', { name: 'Next' }).focus();
  await page.keyboard.press('Enter');
  await guide.getByText('2 of 5').waitFor();
  await page.waitForFunction(() => location.hash === '#/lesson/three-generals/2');
  // It plays and stops by itself.
  await button(page, 'Play (Space)').waitFor();
  assert.match(await page.locator('.controls .where').innerText(), /event 5 of/);
  await guide.getByRole('button', { name: 'retreat' }).focus();
  await page.keyboard.press('Enter');
  await guide.getByText(/^Right\. /).waitFor();
  await guide.getByRole('button', { name: 'Next' }).focus();
  for (const step of [3, 4, 5]) {
    await page.keyboard.press('Enter');
    await guide.getByText(`${step} of 5`).waitFor();
  }
  await guide.getByRole('button', { name: 'Back' }).click();
  await guide.getByText('4 of 5').waitFor();
  await guide.getByRole('button', { name: 'Next' }).click();
  await guide.getByRole('link', { name: /Next lesson/ }).waitFor();
  await guide.getByRole('button', { name: 'Finish' }).focus();
  await page.keyboard.press('Enter');
  await guide.waitFor({ state: 'detached' });
  await page.waitForFunction(() => location.hash.startsWith('#/om?'));
  assertNoTrouble(page);
});

test('a lesson breaks no rule of accessibility and fits on a phone', async () => {
  const page = await playground.page({ fragment: '#/lesson/scheduler/3', viewport: VIEWPORTS.phone, touch: true });
  await page.getByText('3 of 5').waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.ok(!wide, 'nothing scrolls sideways');
  assert.deepEqual(await accessibilityFindings(page), []);
  assertNoTrouble(page);
});

test('an address that leads to no lesson says so, and shows an example', async () => {
  const page = await playground.page({ fragment: '?play=0#/lesson/four-generals' });
  await page.getByText('The link leads to no lesson that there is.').waitFor();
  await page.getByText('primary').first().waitFor();
  assertNoTrouble(page);
});

test('with reduced motion a step shows where it ends', async () => {
  const page = await playground.page({ fragment: '#/lesson/two-f-plus-one/2', reducedMotion: true });
  await page.getByText('2 of 5').waitFor();
  assert.match(await page.locator('.controls .where').innerText(), /event 15 of/);
  assertNoTrouble(page);
});

test('a mission notices when it is accomplished, and what may not be changed', async () => {
  const page = await playground.page({ fragment: '#/mission/double-spend' });
  const mission = page.getByRole('region', { name: /Win a double spend/ });
  await mission.getByText('Not done yet.').waitFor();
  const latency = page.getByLabel('Latency', { exact: true }).first();
  await latency.fill('20ms');
  await page.keyboard.press('Enter');
  await mission.getByText('latency may not be changed here: undo that.').waitFor();
  await button(page, 'Undo the last edit').click();
  await mission.getByText('Not done yet.').waitFor();
  await page.getByLabel('Seed', { exact: true }).fill('3');
  await page.keyboard.press('Enter');
  await page.getByText('Parameters of').click();
  await page.getByRole('textbox', { name: /^Confirmations/ }).fill('1');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Escape');
  await page.locator('.stage-box').click({ position: { x: 5, y: 5 } });
  await page.keyboard.press('End');
  await mission.getByText('Mission accomplished, with 2 changes.').waitFor();
  await button(page, 'Start over').click();
  await mission.getByText('Not done yet.').waitFor();
  await page.waitForFunction(() => location.hash === '#/mission/double-spend');
  assertNoTrouble(page);
});

test('the document stands beside the facts, with what its samples would do', async () => {
  const page = await playground.page({ fragment: '#/pos' });
  await page.getByRole('tab', { name: 'Facts' }).click();
  await page.getByText('In the document', { exact: true }).waitFor();
  const sample = page.locator('li', { hasText: 'The sample votes once' });
  await sample.getByRole('link', { name: 'See it happen' }).click();
  await page.getByRole('button', { name: /Agreement violated/ }).waitFor();
  await page.getByText('What one round has made final the next one does not know.', { exact: true }).waitFor();
  // It has a name, the rule that it lacks, and its control, which has a name, too.
  await page.getByRole('heading', { name: "The document's sample votes once" }).first().waitFor();
  await page.getByText('The paper\'s rule. Two rounds of votes, and a lock (Tendermint, Alg. 1).').waitFor();
  await page.getByRole('link', { name: "The paper's rule, where the document's sample votes once" }).click();
  await page.getByRole('heading', { name: "The paper's rule, where the document's sample votes once" }).first().waitFor();
  await page.getByRole('link', { name: "The document's sample votes once" }).waitFor();
  // That nothing is decided in time is an accident as well.
  const waits = await playground.page({ fragment: "#/pbft?until=500ms&deadline=500ms&at=0:crash:3&without=pre-prepare-counts&pause=violation:Late" });
  await waits.getByText('Late', { exact: true }).waitFor({ timeout: 30_000 });
  await waits.getByRole('heading', { name: '✕ Termination violated' }).waitFor();
  assertNoTrouble(page);
});

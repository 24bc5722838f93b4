// In the pages of others: a frame with the panels that were asked for, and the element that brings one.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { assertNoTrouble, open, openPage, serve } from './harness.mjs';

let playground;
before(async () => (playground = await open()));
afterEach(() => playground.closePages());
after(() => playground?.close());

/** A page of another origin that holds this. */
async function host(body, root = 'data-theme="light"') {
  const folder = await mkdtemp(join(tmpdir(), 'host-'));
  await writeFile(join(folder, 'index.html'), `<!doctype html><html ${root}><link rel="icon" href="data:,">${body}</html>`);
  const server = await serve(folder);
  const page = await openPage(playground.browser, server.url);
  return { page, close: () => server.close().then(() => rm(folder, { recursive: true })) };
}

/** Nothing went wrong, but that the host asks the playground's server for the frame. */
function assertOnlyFrame(page) {
  const { origin } = new URL(playground.url);
  assert.deepEqual(page.trouble.filter((what) => what !== `request to ${origin}`), []);
}

const seconds = (frame) => frame.locator('.controls').innerText();

test('a frame shows the panels that its address names, and no others', async () => {
  const page = await playground.page({ fragment: '?embed=1&panels=views,events#/pbft?n=4&req=1' });
  const tabs = await page.getByRole('tab').allInnerTexts();
  assert.deepEqual(tabs, ['Log', 'Events']);
  await page.getByRole('tab', { name: 'Events' }).click();
  await page.waitForFunction(() => document.querySelector('[role=tabpanel]').innerText.includes('pre-prepare'));
  assertNoTrouble(page);
});

test('in a low frame the nodes use its width', async () => {
  const context = { fragment: '?embed=1&play=0&start=41ms#/pbft?n=4&req=2&clients=2', viewport: { width: 720, height: 480 } };
  const page = await playground.page(context);
  const hits = page.locator('.stage .node .hit');
  await hits.first().waitFor();
  const boxes = await hits.evaluateAll((all) => all.map((it) => it.getBoundingClientRect().toJSON()));
  const [left, right] = [Math.min(...boxes.slice(0, 4).map((b) => b.left)), Math.max(...boxes.slice(0, 4).map((b) => b.right))];
  assert.ok(right - left > 0.4 * 720, `the circle is ${right - left} px wide`);
  assert.ok(Math.min(...boxes.map((b) => b.left)) > 40, 'the clients stand beside it, not at the edge');
  assertNoTrouble(page);
});

test('a frame that is not editable is watched, not changed', async () => {
  const page = await playground.page({ fragment: '?embed=1&editable=0&panels=nodes&play=0#/pbft?n=4&req=1' });
  await page.getByRole('tabpanel').getByRole('button', { name: 'node 0', exact: true }).click();
  await page.getByRole('tab', { name: 'Node 0' }).waitFor();
  assert.equal(await page.getByRole('button', { name: /crash/i }).count(), 0);
  for (const inert of ['Behaves', 'Links', 'Cut off from all']) {
    assert.equal(await page.getByRole('tabpanel').getByText(inert).count(), 0, inert);
  }
  const address = page.url();
  await page.keyboard.press('Space');
  await page.waitForTimeout(300);
  assert.equal(page.url(), address, 'nothing that was done has changed the run');
  assertNoTrouble(page);
});

test('who only watches is not offered a pause of his own', async () => {
  const page = await playground.page({ fragment: '?embed=1&editable=0&panels=why&start=11ms&play=0#/pbft?n=4&req=1&pause=11ms:Look' });
  await page.getByRole('button', { name: 'Play on' }).waitFor();
  assert.equal(await page.getByText('Pause 1 of 1').count(), 0);
  await page.keyboard.press('ArrowRight');
  await page.getByRole('article', { name: 'Explanation' }).waitFor();
  assert.equal(await page.getByText('pause here').count(), 0);
  assertNoTrouble(page);
});

test('in a frame the help opens and closes, and the keys work on', async () => {
  const page = await playground.page({ fragment: '?embed=1&play=0#/pbft?n=4&req=1' });
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Help' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  // The keys come back a moment after the dialog is gone: a person presses again.
  const stands = () => page.locator('.clock').textContent();
  for (let presses = 0; presses < 20 && (await stands()) === '0.0 ms'; presses += 1) {
    await page.keyboard.press('End');
    await page.waitForTimeout(100);
  }
  assert.notEqual(await stands(), '0.0 ms');
  assertNoTrouble(page);
});

test('links in a frame lead to pages of their own, and the frame stays what its host wants', async () => {
  const page = await playground.page({ fragment: '?embed=1&editable=0&panels=why&play=0' });
  const [other] = await Promise.all([page.context().waitForEvent('page'), page.locator('.twin a').click()]);
  assert.match(other.url(), /#\/pbft/);
  assert.match(page.url(), /\?embed=1/);
  assertNoTrouble(page);
});

test('in a frame the door to the scenarios opens', async () => {
  const page = await playground.page({ fragment: '?embed=1&panels=why&start=11ms&play=0#/raft?n=3&req=2' });
  await page.getByRole('button', { name: 'Scenarios that show it' }).click();
  await page.getByRole('dialog', { name: 'Gallery' }).waitFor();
  assertNoTrouble(page);
});

test('what is dropped on a frame that is not editable is refused with a sentence', async () => {
  const page = await playground.page({ fragment: '?embed=1&editable=0&play=0#/pbft?n=4&req=1' });
  await page.evaluate(() => {
    const dataTransfer = new DataTransfer();
    dataTransfer.setData('text/plain', '#/raft?n=3');
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  });
  await page.getByText('This run is shown for watching.').waitFor();
  assert.match(await page.locator('h1').innerText(), /Four replicas agree/);
  assertNoTrouble(page);
});

test('what a frame is asked for and does not know is said', async () => {
  const page = await playground.page({ fragment: '?embed=1&panels=everything#/pbft?n=4&req=1' });
  await page.getByText('panels=everything is not understood').waitFor();
  assertNoTrouble(page);
});

test('the element brings a frame that follows the light and dark of the page around it', async () => {
  const element = `<script src="${playground.url}embed.js"></script>
    <consensus-playground scenario="#/raft?n=3&req=2" panels="why" style="height: 600px"></consensus-playground>`;
  const { page, close } = await host(element);
  try {
    const frame = await (await page.waitForSelector('iframe')).contentFrame();
    await frame.getByRole('tab', { name: 'Why' }).waitFor();
    await frame.waitForFunction(() => document.documentElement.dataset.theme === 'light');
    await page.evaluate(() => (document.documentElement.dataset.theme = 'dark'));
    await frame.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
    assertOnlyFrame(page);
  } finally {
    await close();
  }
});

/** Ways in which a page is dark or light from the start, whatever the system is. */
const HOSTS = {
  'data-theme="dark"': 'dark',
  'data-theme="light"': 'light',
  'class="dark"': 'dark',
  'style="color-scheme: dark"': 'dark',
  'style="color-scheme: light dark"': 'light',
  'style="background: #101418"': 'dark',
  'style="background: #fff"': 'light',
};

for (const [root, theme] of Object.entries(HOSTS)) {
  test(`in a page with ${root} from the start the element's frame is ${theme}`, async () => {
    const element = `<script src="${playground.url}embed.js"></script>
      <consensus-playground scenario="#/raft?n=3&req=2"></consensus-playground>`;
    const { page, close } = await host(element, root);
    try {
      const frame = await (await page.waitForSelector('iframe')).contentFrame();
      await frame.getByText('Agreement').waitFor();
      assert.equal(await frame.evaluate(() => document.documentElement.dataset.theme), theme);
      assertOnlyFrame(page);
    } finally {
      await close();
    }
  });
}

test('a frame that is scrolled away rests', async () => {
  const { page, close } = await host(
    `<iframe src="${playground.url}?embed=1&play=1#/raft?n=3&until=60s" width="900" height="600"></iframe><div style="height: 4000px"></div>`,
  );
  try {
    const frame = await (await page.waitForSelector('iframe')).contentFrame();
    await frame.getByText('Agreement').waitFor();
    const first = await seconds(frame);
    await frame.waitForFunction((text) => document.querySelector('.controls').innerText !== text, first);
    await page.evaluate(() => scrollTo(0, 3500));
    await page.waitForTimeout(600);
    const away = await seconds(frame);
    await page.waitForTimeout(600);
    assert.equal(await seconds(frame), away);
    await page.evaluate(() => scrollTo(0, 0));
    await frame.waitForFunction((text) => document.querySelector('.controls').innerText !== text, away);
    assertOnlyFrame(page);
  } finally {
    await close();
  }
});

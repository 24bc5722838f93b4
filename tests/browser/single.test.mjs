// The playground as one file: from a disk, and in a frame that is allowed nothing but scripts.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { SINGLE_FILE, assertNoTrouble, launch, openPage, serve } from './harness.mjs';

let browser;
before(async () => {
  assert.ok(existsSync(SINGLE_FILE), `${SINGLE_FILE} is not there: cargo xtask single-file makes it`);
  browser = await launch();
});
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
after(() => browser?.close());

const FRAGMENT = '#/raft?n=3&req=2';

/** Waits until what is said of the nodes changes by itself: the page runs. */
async function plays(frame) {
  await frame.waitForFunction(() => document.body.innerText.includes('Agreement'));
  const before = await frame.evaluate(() => document.body.innerText);
  await frame.waitForFunction((text) => document.body.innerText !== text, before);
}

test('it opens from a disk, runs, and asks for nothing', async () => {
  const page = await openPage(browser, pathToFileURL(SINGLE_FILE).href, { fragment: FRAGMENT });
  await plays(page);
  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByRole('dialog').waitFor();
  assertNoTrouble(page);
});

/** What is done in the single file in a frame that may do nothing but run scripts. */
async function inSandbox(query, act) {
  const folder = await mkdtemp(join(tmpdir(), 'playground-'));
  await copyFile(SINGLE_FILE, join(folder, 'single.html'));
  await writeFile(
    join(folder, 'index.html'),
    `<!doctype html><link rel="icon" href="data:,"><iframe sandbox="allow-scripts" width="900" height="600"
      src="single.html${query}${FRAGMENT}"></iframe>`,
  );
  const server = await serve(folder);
  try {
    const page = await openPage(browser, server.url);
    const frame = await (await page.waitForSelector('iframe')).contentFrame();
    await act(frame);
    assertNoTrouble(page);
  } finally {
    await server.close();
    await rm(folder, { recursive: true });
  }
}

test('it runs in a frame that may do nothing but run scripts', () => inSandbox('?embed=1', plays));

test('there, what may not be saved is shown to be taken by hand', () =>
  inSandbox('?play=0&start=20ms', async (frame) => {
    await frame.getByRole('button', { name: 'Share', exact: true }).click();
    await frame.getByRole('button', { name: 'Scenario as File' }).click();
    assert.match(await frame.getByLabel('What was made', { exact: true }).inputValue(), /^raft\n/);
    await frame.getByRole('button', { name: 'Picture as PNG' }).click();
    await frame.getByRole('img', { name: 'What was made' }).waitFor();
  }));

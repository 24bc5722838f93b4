// The page without a network, and when a new version of it is there.

import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { DIST, assertNoTrouble, launch, openPage, serve } from './harness.mjs';

let browser;
let folder;
let server;
before(async () => (browser = await launch()));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'playground-'));
  await cp(DIST, folder, { recursive: true });
  server = await serve(folder);
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  await server.close();
  await rm(folder, { recursive: true });
});
after(() => browser?.close());

const kept = (page) => page.evaluate(() => navigator.serviceWorker.ready.then(({ active }) => active.state));

test('after the first visit the page opens without a network', async () => {
  const page = await openPage(browser, server.url, { fragment: '#/raft?n=3' });
  await kept(page);
  await page.context().setOffline(true);
  await page.reload();
  await page.getByText('Agreement').first().waitFor();
  assertNoTrouble(page);
});

test('a new version is announced and waits until it is asked for', async () => {
  const page = await openPage(browser, server.url);
  await kept(page);
  await page.reload();
  const file = join(folder, 'service-worker.js');
  await writeFile(file, (await readFile(file, 'utf8')).replace("VERSION = '", "VERSION = 'newer-"));
  await page.evaluate(async () => (await navigator.serviceWorker.ready).update());
  const note = page.getByText('A new version of the playground is there');
  await note.waitFor();
  assert.equal(await page.evaluate(async () => (await navigator.serviceWorker.ready).waiting?.state), 'installed');
  await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Load it' }).click()]);
  await page.getByText('Agreement').first().waitFor();
  assert.equal(await note.count(), 0);
  assert.deepEqual((await page.evaluate(() => caches.keys())).length, 1);
  assertNoTrouble(page);
});

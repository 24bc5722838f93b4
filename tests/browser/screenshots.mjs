// The pictures in docs/screenshots, each of a run that is the same every time: node tests/browser/screenshots.mjs

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { open } from './harness.mjs';
import { withPalette } from './png.mjs';

const FOLDER = resolve(dirname(fileURLToPath(import.meta.url)), '../../docs/screenshots');
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const KB_MAX = 150;

const tab = (name) => (page) => page.getByRole('tab', { name, exact: true }).click();
const button = (name) => (page) => page.getByRole('button', { name, exact: true }).first().click();

/** Name, address, theme, size, and what leads on. */
const PICTURES = [
  ['opening-light', '?start=41ms', 'light', DESK],
  ['opening-dark', '?start=62ms', 'dark', DESK],
  ['violation', '?start=42ms#/pbft?n=5&f=1&quorum=2f%2B1&clients=2&req=2&byz=0:two-faced', 'light', DESK, tab('Facts')],
  ['raft-log', '?start=900ms#/raft?n=5&req=3', 'light', DESK, tab('Log')],
  ['nakamoto-blocks', '?start=3575ms#/nakamoto?n=8', 'dark', DESK, tab('Blocks')],
  ['crowd', '?start=100ms#/pbft?n=64&clients=4&req=100&latency=20ms..60ms', 'light', DESK],
  ['comparison', '?start=80ms#/pbft?n=4&req=2&vs=raft', 'light', DESK],
  ['gallery', '?play=0', 'light', DESK, button('Gallery')],
  ['phone-light', '?start=41ms', 'light', PHONE],
  ['phone-dark', '?start=62ms', 'dark', PHONE],
];

await mkdir(FOLDER, { recursive: true });
const playground = await open();
for (const [name, fragment, scheme, viewport, lead] of PICTURES) {
  const page = await playground.page({ fragment: fragment.startsWith('?') ? fragment : `?play=0${fragment}`, scheme, viewport, touch: viewport === PHONE });
  await page.locator('.page:not(#still)').waitFor();
  await page.waitForTimeout(1_500);
  await lead?.(page);
  await page.waitForTimeout(500);
  const picture = withPalette(await page.screenshot());
  await writeFile(join(FOLDER, `${name}.png`), picture);
  const kb = Math.ceil(picture.length / 1024);
  console.log(`${String(kb).padStart(4)} KB  ${name}.png`, kb > KB_MAX ? `is more than ${KB_MAX} KB` : '', ...page.trouble);
  await playground.closePages();
}
await playground.close();

// Pictures of the built page: node tests/browser/shots.mjs <folder> [fragment] [milliseconds to wait]
//
// One for each size and theme; what should not have happened to a page is printed beside its picture.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SCHEMES, VIEWPORTS, open, shoot } from './harness.mjs';

const [folder, fragment = '', wait = '1500'] = process.argv.slice(2);
if (!folder || !Number.isFinite(Number(wait))) {
  console.error('usage: node tests/browser/shots.mjs <folder> [fragment] [milliseconds to wait]');
  process.exit(2);
}

await mkdir(folder, { recursive: true });
const playground = await open();
for (const [name, viewport] of Object.entries(VIEWPORTS)) {
  for (const scheme of SCHEMES) {
    const page = await playground.page({ fragment, viewport, scheme, touch: name === 'phone' });
    await page.waitForTimeout(Number(wait));
    console.log(await shoot(page, join(folder, `${name}-${scheme}.png`)), ...page.trouble);
    await playground.closePages();
  }
}
await playground.close();

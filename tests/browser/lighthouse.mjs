// What Lighthouse says of the built page on a phone: node tests/browser/lighthouse.mjs ['#/fragment']
//
// It is no dependency of the tests, for it is two hundred packages: npx fetches it into a cache of its own. Its times
// suffer from whatever else the machine does; they are printed, never asserted.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CHROMIUM_FLAGS, chromiumPath, serve } from './harness.mjs';

/** The last one that runs on Node 20. */
const LIGHTHOUSE = 'lighthouse@12.8.2';
const TIMES = ['first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time', 'cumulative-layout-shift', 'speed-index'];

const server = await serve();
const folder = await mkdtemp(join(tmpdir(), 'playground-lighthouse-'));
try {
  const report = join(folder, 'report.json');
  const flags = ['--headless', ...CHROMIUM_FLAGS].join(' ');
  const args = ['--yes', LIGHTHOUSE, server.url + (process.argv[2] ?? ''), '--quiet', '--output=json', `--output-path=${report}`];
  await promisify(execFile)('npx', [...args, `--chrome-flags=${flags}`], {
    cwd: folder,
    env: { ...process.env, CHROME_PATH: chromiumPath() },
  });
  const { categories, audits } = JSON.parse(await readFile(report, 'utf8'));
  for (const { title, score } of Object.values(categories)) console.log(`${String(Math.round(score * 100)).padStart(4)}  ${title}`);
  for (const time of TIMES) console.log(`      ${audits[time].title}: ${audits[time].displayValue}`);
  for (const category of Object.values(categories).filter(({ id }) => id !== 'performance')) {
    for (const { id } of category.auditRefs.filter(({ id }) => audits[id].score === 0)) console.log(`      wrong: ${audits[id].title}`);
  }
} finally {
  await server.close();
  await rm(folder, { recursive: true, force: true });
}

// How long the page's own search takes until it has found what a rule prevents: on demand, it only measures.
//
// node tests/browser/accidents.mjs [protocol:rule …]

import { open } from './harness.mjs';

const SAMPLE = [
  'raft:majority', 'raft:up-to-date', 'raft:persist-vote', 'paxos:highest-ballot', 'multi-paxos:accept-guard',
  'pbft:digest-binding', 'hotstuff:vote-once', 'zyzzyva:commit-quorum', 'ben-or:decide-on-many', 'nakamoto:parent-first',
];
const LONGEST_MS = 120_000;

const asked = process.argv.slice(2);
const playground = await open();
const times = [];
for (const name of asked.length ? asked : SAMPLE) {
  const [protocol, rule] = name.split(':');
  const page = await playground.page({ fragment: `?play=0#/${protocol}?without=${rule}` });
  await page.getByRole('tab', { name: 'Facts' }).click();
  await page.getByRole('tabpanel').getByRole('button', { name: 'Search for an accident' }).click();
  const start = Date.now();
  const status = page.locator('.guide [role=status]');
  const found = await page
    .waitForFunction(() => /on the bench/.test(document.querySelector('.guide [role=status]')?.textContent), null, { timeout: LONGEST_MS })
    .then(() => true, () => false);
  const took = Date.now() - start;
  times.push(found ? took : Infinity);
  const counts = await page.locator('.guide p').last().textContent();
  const rest = await page.evaluate(() => document.querySelector('.guide [role=alert]')?.textContent ?? '');
  console.log(`${name}: ${found ? `${(took / 1000).toFixed(1)} s` : 'not found'}; ${counts}; ${await status.textContent()} ${rest}`);
  await page.context().close();
}
await playground.close();
times.sort((a, b) => a - b);
console.log(`${times.length} rules: median ${(times[times.length >> 1] / 1000).toFixed(1)} s, longest ${(times.at(-1) / 1000).toFixed(1)} s`);

// Links that nobody should have written: a sentence in the page, something sensible still running, a quiet console.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { assertNoTrouble, open } from './harness.mjs';

let playground;
before(async () => (playground = await open()));
afterEach(() => playground.closePages());
after(() => playground?.close());

const HOSTILE = {
  'a billion nodes': ['#/pbft?n=1000000000', /n=1000000000.*at most 128/s],
  'a loss of 200 per cent': ['#/pbft?n=4&loss=200%25', /loss/],
  'an unknown protocol': ['#/paxoss?n=3', /paxoss/],
  'an unknown key': ['#/raft?n=3&latencyy=5ms', /latencyy/],
  'a cut compressed link': ['#/z1.eJyrVkrLz1eyUkpKLFKqBQAdegQ0', /z1|compressed|checksum|damaged/],
  'not a number': ['#/pbft?n=NaN', /NaN/],
  'an emoji': ['#/pbft?n=4&seed=%F0%9F%98%80', /seed/],
  'control characters': ['#/pbft?n=4&seed=%00%07%1b', /seed/],
  'markup': ['#/pbft?n=4&seed=<img src=x onerror=alert(1)>', /seed/],
  'a megabyte': [`#/pbft?n=4&${'x'.repeat(1_000_000)}`, /too (long|large)|at most/],
  'a newer version': ['#/pbft?v=999&n=4', /999/],
};

for (const [name, [fragment, sentence]] of Object.entries(HOSTILE)) {
  test(`${name} gets a sentence, and the page still runs`, async () => {
    const page = await playground.page({ fragment });
    await page.locator('[role=alert]').getByText(sentence).first().waitFor({ timeout: 5_000 });
    await page.getByRole('button', { name: /^node 0,/ }).waitFor();
    assertNoTrouble(page);
  });
}

test('a bad link that comes later leaves what is on the screen', async () => {
  const page = await playground.page({ fragment: '#/raft?n=3&req=1' });
  await page.getByRole('button', { name: /^node 2,/ }).waitFor();
  await page.evaluate(() => (location.hash = '#/raft?n=banana'));
  await page.locator('[role=alert]').getByText(/banana/).first().waitFor({ timeout: 5_000 });
  await page.getByRole('button', { name: /^node 2,/ }).waitFor();
  assert.equal(await page.getByRole('button', { name: /^node 3,/ }).count(), 0);
  assertNoTrouble(page);
});

// Links that nobody should have written: a sentence in the page, something sensible still running, a quiet console.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { assertNoTrouble, open } from './harness.mjs';

let playground;
before(async () => (playground = await open()));
afterEach(() => playground.closePages());
after(() => playground?.close());

const HOSTILE = {
  'a billion nodes': ['#/pbft?n=1000000000', /n=1000000000.*at most 256/s],
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

test('where nothing of a link can be used, what is shown is what the page opens on by itself', async () => {
  const page = await playground.page({ fragment: '#/foo?n=3' });
  await page.locator('[role=alert]').getByText(/an example is shown/).first().waitFor({ timeout: 5_000 });
  await page.getByRole('button', { name: /^node 0, primary/ }).waitFor();
  assertNoTrouble(page);
});

test('a bad link that comes later leaves what is on the screen', async () => {
  const page = await playground.page({ fragment: '#/raft?n=3&req=1' });
  await page.getByRole('button', { name: /^node 2,/ }).waitFor();
  await page.evaluate(() => (location.hash = '#/raft?n=banana'));
  await page.locator('[role=alert]').getByText(/banana/).first().waitFor({ timeout: 5_000 });
  await page.getByRole('button', { name: /^node 2,/ }).waitFor();
  assert.equal(await page.getByRole('button', { name: /^node 3,/ }).count(), 0);
  assertNoTrouble(page);
});

/** Moments that time alone does not tell apart: an address, the event where it opens, and what is shared there. */
const MOMENTS = [
  ['?play=0&start=7#/belief', 7, 'start=7'],
  ['?play=0&start=9#/pbft?n=4&req=2', 9, 'start=9'],
  ['?play=0&start=11ms#/pbft?n=4&req=2', null, 'start=11ms'],
  ['?play=0&start=0us#/belief', null, 'start=0us'],
  ['?play=0#/belief', 0, 'start=0'],
];

for (const [fragment, event, shared] of MOMENTS) {
  test(`what is shared at ${fragment} leads to the very event`, async () => {
    const page = await playground.page({ fragment });
    const count = () => page.locator('.count').innerText();
    // How many events there are is known soon, and says no plus then.
    const known = () => page.locator('.count', { hasText: /^event \d+ of \d+(?![\d+])/ }).waitFor();
    await known();
    if (event !== null) assert.match(await count(), new RegExp(`^event ${event} of`));
    const before = await count();
    await page.getByRole('button', { name: 'Share' }).click();
    const [link, element] = await Promise.all(
      ['Link', 'Element for a page with several runs'].map((label) => page.getByLabel(label, { exact: true }).inputValue()),
    );
    assert.equal(new URL(link).search, `?${shared}`);
    assert.ok(element.includes(shared.replace('=', '="') + '"'), element);
    await page.goto(link);
    await known();
    assert.equal((await count()).split('·')[0].trim(), before.split('·')[0].trim());
    assertNoTrouble(page);
  });
}

for (const start of ['7x', 'violation', '99999999999999999999', '-1']) {
  test(`start=${start} is no moment, and a sentence says what is`, async () => {
    const page = await playground.page({ fragment: `?start=${start}#/pbft?n=4&req=2` });
    await page.getByText('write a time such as 412ms, or a number of events such as 57').waitFor();
    assertNoTrouble(page);
  });
}

/** What else a link may be made of, in the place of a good one. */
const THIRTY = [
  ...Object.values(HOSTILE).map(([fragment]) => fragment),
  ...['n=-1', 'n=129', 'n=4.5', 'f=99', 'seed=18446744073709551616', 'latency=5ms..1ms', 'latency=0', 'until=11y', 'loss=-1'].map((it) => `#/pbft?${it}`),
  ...['at=5ms:crash:99', 'at=5ms:explode:1', 'byz=0:nice', 'without=gravity', 'dup=9', 'w=1,2', 'req=1e9'].map((it) => `#/raft?${it}`),
  `#/raft?${'at=1ms:heal&'.repeat(3_000)}`,
  `#/z1.${'A'.repeat(20_000)}`,
  `#/pbft?n=4&${'%25'.repeat(5_000)}`,
];

test('thirty bad links in a row: a sentence for each, the last good run stays, nothing is thrown', async () => {
  const page = await playground.page({ fragment: '?play=0#/raft?n=3&req=1' });
  await page.getByRole('button', { name: /^node 2,/ }).waitFor();
  const times = [];
  for (const fragment of THIRTY) {
    times.push(
      await page.evaluate(async (hash) => {
        const notices = document.querySelector('.notices');
        document.querySelector('.notice button')?.click();
        while (notices.textContent) await new Promise((frame) => requestAnimationFrame(frame));
        const start = performance.now();
        const said = new Promise((tell) => {
          const watch = new MutationObserver(() => {
            if (notices.textContent) tell(performance.now() - start, watch.disconnect());
          });
          watch.observe(notices, { childList: true, subtree: true, characterData: true });
          setTimeout(() => tell(null, watch.disconnect()), 5_000);
        });
        location.hash = hash;
        return said;
      }, fragment),
    );
    assert.notEqual(times.at(-1), null, `no sentence for ${fragment.slice(0, 60)}`);
    assert.equal(await page.getByRole('button', { name: /^node \d,/ }).count(), 3, fragment.slice(0, 60));
  }
  times.sort((a, b) => a - b);
  console.log(`${times.length} bad links: a sentence after ${times[times.length >> 1].toFixed(0)} ms (median), ${times.at(-1).toFixed(0)} ms (longest)`);
  assert.equal(times.length, 30);
  assertNoTrouble(page);
});

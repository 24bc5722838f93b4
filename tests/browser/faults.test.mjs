// Failures of the page's instance of its module, real ones: the page says so and goes on.
//
// The way in is no visitor's: at a key of this name, which no keyboard has, the module fails by itself (`web/src/crash.rs`):
// a trap, memory taken up to the cap, endless recursion.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { open } from './harness.mjs';

let playground;
before(async () => (playground = await open()));
afterEach(() => playground.closePages());
after(() => playground?.close());

/** The promise is a second; a machine that is busy with other tests may take longer. */
const GOES_ON_MS = 1000;
const BUSY = 4;

/** Lets the page's own instance fail, and waits until another one shows the run, or the page has given up. */
async function failing(page, fault) {
  return page.evaluate(
    (fault) =>
      new Promise((done) => {
        const begun = performance.now();
        const old = document.querySelector('.page');
        const look = () => {
          const now = document.querySelector('.page, .page-error');
          if (now && now !== old) done(performance.now() - begun);
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
        setTimeout(() => document.dispatchEvent(new KeyboardEvent('keydown', { key: `fail ${fault}` })));
      }),
    fault,
  );
}

for (const fault of ['trap', 'memory', 'stack']) {
  test(`a page that fails (${fault}) begins again where it was`, async () => {
    const page = await playground.page({ fragment: '?play=0#/raft?n=3&req=3&until=3s&seed=7' });
    const seed = page.getByLabel('Seed', { exact: true });
    await seed.fill('11');
    await seed.press('Enter');
    await page.waitForFunction(() => location.hash.includes('seed=11'));
    await seed.blur();
    for (let i = 0; i < 12; i += 1) await page.keyboard.press('ArrowRight');
    const time = () => page.getByRole('slider', { name: 'Time' }).getAttribute('aria-valuenow');
    const before = await time();
    assert.notEqual(before, '0');
    const took = await failing(page, fault);
    console.log(`${fault} in the page: another instance shows the run after ${took.toFixed(0)} ms`);
    assert.ok(took < BUSY * GOES_ON_MS, `${fault}: ${took} ms`);
    await page.getByText('has begun again from its address').waitFor();
    assert.equal(await time(), before);
    assert.equal(await seed.inputValue(), '11');
    // It lives.
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(
      (before) => document.querySelector('[role=slider]').getAttribute('aria-valuenow') !== before,
      before,
    );
    // And once more at once: it would only fail again.
    await failing(page, fault);
    await page.getByRole('alert').getByText('and again when it began anew').waitFor();
    await page.getByRole('button', { name: 'Open the opening example' }).click();
    await page.getByText('One of four lies, and three still agree').first().waitFor();
    assert.equal(await page.locator('.page-error').count(), 0);
  });
}

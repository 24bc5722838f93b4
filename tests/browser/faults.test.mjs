// Failures of an instance of the page's module, real ones, in the worker and in the page: the page says so and goes on.
//
// The way in is no visitor's: a worker that is handed a job of this name, or a key of this name, which no keyboard has, has
// the module fail by itself (`web/src/crash.rs`): an endless loop, a trap, memory taken up to the cap, endless recursion.

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

/** How many times each fault is made: `cargo xtask soak faults` asks for more. */
const CYCLES = Number(process.env.SOAK ?? 1);
const cycles = (faults) => Array.from({ length: CYCLES }, () => faults).flat();

const FRAGMENT = '#/raft?n=3&req=3&until=3s';

/** Opens the page at rest, with the Facts open. */
async function opened(fragment = FRAGMENT) {
  const page = await playground.page({ fragment });
  await page.getByRole('tab', { name: 'Facts' }).click();
  return page;
}

for (const fault of cycles(['spin', 'trap', 'memory', 'stack'])) {
  test(`a worker that fails (${fault}) is replaced, and the search goes on`, async () => {
    const page = await opened();
    await page.getByRole('tabpanel').getByRole('button', { name: 'Search for an accident' }).click();
    await page.evaluate((fault) => {
      const send = Worker.prototype.postMessage;
      Worker.prototype.postMessage = function post([module, job]) {
        Worker.prototype.postMessage = send;
        send.call(this, [module, fault]);
        globalThis.failing = performance.now();
        const look = () => {
          const said = document.querySelector('.guide [role=alert]')?.textContent.includes('The worker broke');
          if (said) globalThis.said ??= performance.now();
          const runs = Number(/(\d+) runs/.exec(document.querySelector('.guide')?.textContent)?.[1] ?? 0);
          if (said && runs > 1) globalThis.onward = performance.now();
          else requestAnimationFrame(look);
        };
        look();
      };
    }, fault);
    await page.getByLabel('What is searched').selectOption('All rules, faults within its limits');
    await page.waitForFunction(() => globalThis.onward, null, { timeout: 20_000 });
    const [said, onward] = await page.evaluate(() => [said - failing, onward - failing]);
    console.log(`${fault} in the worker: said after ${said.toFixed(0)} ms, goes on after ${onward.toFixed(0)} ms`);
    assert.ok(onward < BUSY * GOES_ON_MS, `${fault}: ${onward} ms`);
    // The page itself was never in the way.
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Nothing was violated').waitFor();
  });
}

test('a worker that fails while it measures growth is replaced, and the rest is measured', async () => {
  const page = await playground.page({ fragment: '#/pbft?n=4&req=1&vs=raft' });
  await page.evaluate(() => {
    const send = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function post([module]) {
      Worker.prototype.postMessage = send;
      send.call(this, [module, 'spin']);
    };
  });
  await page.getByRole('button', { name: /Measure growth/ }).click();
  await page.getByRole('alert').getByText('The worker broke, or said nothing, in measurement 0.').waitFor();
  await page.getByText('its exponent is fitted').waitFor({ timeout: 60_000 });
  assert.match(await page.locator('table.compare').textContent(), /\d crashed, \d lying/);
});

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

for (const fault of cycles(['trap', 'memory', 'stack'])) {
  test(`a page that fails (${fault}) begins again where it was`, async () => {
    const page = await opened('#/raft?n=3&req=3&until=3s&seed=7');
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
    // The way there may take more than one frame.
    await page.waitForFunction(
      (before) => document.querySelector('[role=slider]').getAttribute('aria-valuenow') === before,
      before,
    );
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

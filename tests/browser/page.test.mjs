// The page as a visitor first meets it.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { VIEWPORTS, SCHEMES, accessibilityFindings, assertNoTrouble, open } from './harness.mjs';

let playground;
before(async () => (playground = await open()));
afterEach(() => playground.closePages());
after(() => playground?.close());

/** Long enough for what starts by itself to have started. */
const SETTLED_MS = 1_500;

test('the page opens with nothing in the console and asks nothing of another place', async () => {
  const page = await playground.page();
  await page.waitForTimeout(SETTLED_MS);
  assert.match(await page.title(), /Consensus Playground/);
  assert.notEqual((await page.innerText('body')).trim(), '');
  assertNoTrouble(page);
});

test('no script runs that the policy of the page does not name', async () => {
  const page = await playground.page();
  const ran = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.intruder = true';
    document.head.append(script);
    return window.intruder === true;
  });
  assert.equal(ran, false);
  assert.match(page.trouble.join('\n'), /Content Security Policy/);
});

test('a page whose module does not arrive says so', async () => {
  // Without the worker that would keep it.
  const context = await playground.browser.newContext({ serviceWorkers: 'block' });
  const page = await context.newPage();
  await page.route('**/*.packed', (route) => route.abort());
  await page.goto(playground.url);
  await page.waitForFunction(() => document.body?.innerText.includes('could not be loaded'));
});

for (const [name, viewport] of Object.entries(VIEWPORTS)) {
  test(`at ${viewport.width} × ${viewport.height} the first frame stands there before the module, where the page will stand`, async () => {
    const context = await playground.browser.newContext({ viewport, colorScheme: 'dark', serviceWorkers: 'block' });
    const page = await context.newPage();
    let arrive;
    const asked = new Promise((ask) => page.route('**/*.packed', (route) => ask((arrive = () => route.continue()))));
    await page.goto(`${playground.url}?play=0`, { waitUntil: 'commit' });
    await asked;
    assert.equal(await page.locator('#still').getByText('What to watch.').isVisible(), true);
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
    const parts = ['.head', '.truth', '.controls', '.timeline-box', '.panel', '.lesson', '.why h2'];
    const places = () => page.evaluate((them) => them.map((it) => [it, document.querySelector(it).getBoundingClientRect().toJSON()]), parts);
    const before = await places();
    arrive();
    await page.locator('#still').waitFor({ state: 'detached' });
    await page.locator('.stage .picture').waitFor();
    assert.deepEqual(await places(), before);
  });

  test(`at ${viewport.width} × ${viewport.height} nothing reaches beyond the right edge`, async () => {
    const page = await playground.page({ viewport, touch: name === 'phone' });
    await page.waitForTimeout(SETTLED_MS);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= viewport.width, `the page is ${width} pixels wide`);
    assertNoTrouble(page);
  });
}

for (const scheme of SCHEMES) {
  test(`in the ${scheme} theme axe finds no serious fault`, async () => {
    const page = await playground.page({ scheme });
    await page.waitForTimeout(SETTLED_MS);
    assert.deepEqual(await accessibilityFindings(page), []);
    assertNoTrouble(page);
  });
}

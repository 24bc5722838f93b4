// The same in Chromium, Firefox and WebKit: the path that every visitor walks, and the digests of runs.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ENGINES, until } from './engines.mjs';
import { serve } from './harness.mjs';

/** The engines as a module without the page: `cargo xtask test --only engines` builds it and names it. */
const MODULE = process.env.CONSENSUS_WASM_WEB;

const GOLDEN = process.env.DIGESTS ?? new URL('../golden/digests.txt', import.meta.url);

/** Computes what is asked for in its fragment, a link, or in the file beside it, many, and writes it into its title. */
const CALCULATOR = (module) => `<!doctype html><title></title><script type="module">
  import init, { digest } from './${module}';
  await init();
  const links = location.hash ? [location.hash] : await (await fetch('./links.json')).json();
  const digests = links.map((link) => digest(link));
  document.body.textContent = digests.join('\\n');
  document.title = 'done';
</script><body></body>`;

const lines = (await readFile(GOLDEN, 'utf8')).trim().split('\n');
let page;
let calculator;
before(async () => {
  assert.ok(MODULE, 'CONSENSUS_WASM_WEB names no module: cargo xtask test --only engines builds it');
  const folder = dirname(MODULE);
  await writeFile(join(folder, 'index.html'), CALCULATOR(basename(MODULE)));
  await writeFile(join(folder, 'links.json'), JSON.stringify(lines.map((line) => line.slice(65))));
  [page, calculator] = await Promise.all([serve(), serve(folder)]);
});
after(() => Promise.all([page?.close(), calculator?.close()]));

/** Where the path leads: the same link in every browser. */
const shared = new Map();

for (const [name, start] of Object.entries(ENGINES)) {
  describe(name, () => {
    let engine;
    before(async () => {
      engine = await start();
      console.log(`${name} ${engine.version}`);
    });
    after(() => engine?.close());

    const digests = async (fragment = '', browser = engine) => {
      // From elsewhere, for a change of the fragment alone would not load the page again.
      await browser.open('about:blank');
      await browser.open(calculator.url + fragment);
      await browser.evaluate(async () => {
        while (document.title !== 'done') await new Promise((tick) => setTimeout(tick, 50));
      });
      return (await browser.evaluate(() => document.body.textContent)).split('\n');
    };

    test('scenarios of each protocol have the digests that the native engines give them', async () => {
      assert.ok(lines.length >= 50);
      const found = async (browser) => (await digests('', browser)).map((digest, i) => `${digest} ${lines[i].slice(65)}`);
      const first = await found(engine);
      const others = first.filter((line, i) => line !== lines[i]);
      if (others.length === 0 && first.length === lines.length) return;
      // The module has one thread and asks its host for nothing, so what differs once and not again is the work of the
      // browser's compilers: WebKit 2.50 gives one run in some hundred thousand another digest while it exchanges code
      // under load. What is wrong in our module is wrong every time.
      console.log(`${name}, computed again in a fresh browser, for these differed:\n${others.join('\n')}`);
      const fresh = await start();
      try {
        assert.deepEqual(await found(fresh), lines);
      } finally {
        await fresh.close();
      }
    });

    test('a link is opened, played, scrubbed, changed, shared, and opened again as the same run', async () => {
      const moment = () => engine.evaluate(() => document.querySelector('.count')?.textContent ?? '');
      const known = () => until('the whole run is known', async () => /of [\d\u202f]+( |$)/.test(await moment()));
      const at = (event) => until(`event ${event}`, async () => (await moment()).startsWith(`event ${event} of`));

      await engine.open('about:blank');
      await engine.open(`${page.url}#/raft?n=3&req=2&seed=11&until=2s`);
      await until('time passes by itself', async () => Number(/^event (\d+)/.exec(await moment())?.[1]) > 3);
      await engine.click('.play[aria-label^="Pause"]');
      await known();
      await engine.press('End');
      await until('the end', async () => (await moment()).endsWith('time is up'));
      await engine.click('.scrubber');
      await until('the middle', async () => !(await moment()).endsWith('time is up'));
      // There the key means the beginning of time, not the first event.
      await engine.evaluate(() => document.activeElement.blur());
      await engine.press('Home');
      await at(0);
      for (let i = 0; i < 12; i += 1) await engine.press('ArrowRight');
      await at(12);

      await engine.evaluate(() => document.querySelector('.hit[aria-label^="node 2,"]').focus());
      await engine.press('Space');
      const crash = '.panel .deeds button[title^="It stops"]';
      await until('what can be done to node 2', () => engine.evaluate((it) => !!document.querySelector(it), crash));
      await engine.click(crash);
      await until('node 2 is down', () => engine.evaluate(() => !!document.querySelector('[aria-label*="crashed"]')));
      await engine.click('.doors.roomy .primary');
      const link = await until('the link', () => engine.evaluate(() => document.querySelector('#copy-Link')?.value));
      assert.match(link, /^http[^#]*start=[^#]*#\/raft\?.*at=[^&]*:crash:2/);
      const [first] = shared.size ? shared.values() : [link];
      shared.set(name, link);
      assert.equal(new URL(link).hash, new URL(first).hash, 'every browser makes the same link');

      const [digest] = await digests(new URL(link).hash);
      const opened = async (digest) => {
        await engine.open('about:blank');
        await engine.open(`${link}&digest=${digest}`);
        await known();
        // The comparison comes with the next picture.
        await sleep(500);
        return engine.evaluate(() => document.querySelector('.notices').textContent);
      };
      assert.equal(await opened(digest), '', 'the run is the one that was shared');
      assert.match(await opened('0'.repeat(64)), /differs from the one the link was made for/);
      assert.ok(await engine.evaluate(() => !!document.querySelector('[aria-label*="crashed"]')), 'the moment is the same');
    });
  });
}

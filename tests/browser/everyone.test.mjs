// For everyone: every view by the rules of axe, at every width, in forced colours, by keyboard and by touch.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { SCHEMES, VIEWPORTS, accessibilityFindings, assertNoTrouble, open } from './harness.mjs';

let playground;
before(async () => (playground = await open()));
afterEach(() => playground.closePages());
after(() => playground?.close());

const press = (name) => (page) => page.getByRole('button', { name, exact: true }).first().click();
const narrow = (name) => async (page) => {
  await press('Menu')(page);
  await press(name)(page);
};
const tab = (name) => (page) => page.getByRole('tab', { name, exact: true }).click();

/** Every view: an address, and what leads on from there. */
const VIEWS = {
  'the opening': [''],
  'the gallery': ['', press('Gallery')],
  'share': ['', press('Share')],
  'help': ['', press('Help')],
  'a comparison': ['#/pbft?n=4&req=1&vs=raft'],
  'a comparison with its growth': ['#/pbft?n=4&req=1&vs=raft', (page) => page.locator('.growth > button').click()],
  'a violation': ['?start=600ms#/pbft?n=5&f=1&quorum=2f%2B1&clients=2&req=2&byz=0:two-faced', tab('Facts')],
  'a link that is wrong': ['#/pbft?n=banana&latencyy=5ms'],
  'the node table': ['?start=60ms#/raft?n=5', tab('Nodes')],
  'a log': ['?start=900ms#/raft?n=5&req=3', tab('Log')],
  'the events': ['?start=60ms', tab('Events')],
  'what happens next': ['?start=60ms', tab('Next')],
  'the facts': ['?start=60ms', tab('Facts')],
  'a node': ['?start=60ms', (page) => page.getByRole('button', { name: /^node 1,/ }).click()],
  'a fault to be added': ['?play=0', (page) => page.getByRole('button', { name: '+ add' }).click()],
  'a frame': ['?embed=1&start=60ms'],
};

const picker = (page) => page.getByRole('combobox', { name: 'Protocol' });
const protocols = (page) => picker(page).locator('option').evaluateAll((options) => options.map(({ value }) => value));

const settled = async (page, lead) => {
  await page.locator('.page:not(#still)').waitFor();
  await lead?.(page);
  await page.waitForTimeout(400);
};

for (const scheme of SCHEMES) {
  for (const [name, [fragment, lead]] of Object.entries(VIEWS)) {
    test(`axe finds nothing wrong in ${name}, ${scheme}`, async () => {
      const page = await playground.page({ fragment, scheme });
      await settled(page, lead);
      assert.deepEqual(await accessibilityFindings(page, ['critical', 'serious', 'moderate', 'minor']), []);
      assertNoTrouble(page);
    });
  }
}

for (const scheme of SCHEMES) {
  test(`axe finds nothing wrong in the opening of any protocol, ${scheme}`, async () => {
    const page = await playground.page({ fragment: '?play=0', scheme });
    for (const id of await protocols(page)) {
      await picker(page).selectOption(id);
      await page.waitForTimeout(300);
      assert.deepEqual([id, await accessibilityFindings(page, ['critical', 'serious', 'moderate', 'minor'])], [id, []]);
    }
    assertNoTrouble(page);
  });

  test(`axe finds nothing wrong in any tab on a phone, ${scheme}`, async () => {
    const page = await playground.page({ fragment: '?start=60ms', viewport: VIEWPORTS.phone, touch: true, scheme });
    for (const name of await page.getByRole('tab').allInnerTexts()) {
      await tab(name)(page);
      await page.waitForTimeout(300);
      assert.deepEqual([name, await accessibilityFindings(page, ['critical', 'serious', 'moderate', 'minor'])], [name, []]);
    }
    assertNoTrouble(page);
  });
}

for (const viewport of [{ width: 320, height: 700 }, VIEWPORTS.laptop]) {
  test(`in no protocol's picture do words cover words or nodes, or leave it, at ${viewport.width} pixels`, async () => {
    const page = await playground.page({ fragment: '?play=0', viewport, touch: viewport.width < 760 });
    const faults = [];
    for (const id of await protocols(page)) {
      await picker(page).selectOption(id);
      await page.getByRole('button', { name: /^Pause/ }).click();
      for (let round = 0; round < 4; round += 1) {
        await page.waitForTimeout(80);
        faults.push(...(await page.evaluate(crowded)).map((fault) => `${id}: ${fault}`));
        await page.keyboard.press('Control+ArrowRight');
      }
    }
    assert.deepEqual(faults, []);
    assertNoTrouble(page);
  });
}

/** What is read aloud of the panels of agents and chains at the end of a run: what must be among it. */
const READ = {
  'weighted agents': ['#/weighted?f=1', 'Answers', [
    'Canberra” agreement 62', 'Agents 0, 1, 3 · wins', 'Agents 2, 4 · dissent', 'columnheader "Power"', 'rowheader "node 0"',
  ]],
  'a hierarchy': ['#/hierarchical', 'Tree', ['executive 0, decided 0 : 0', 'worker 5 objects, decided 0 : 1']],
  'belief pools': ['#/belief', 'Shares', ['columnheader "outcome 0"', 'rowheader "logarithmic pool"', 'cell "49.36 %"']],
  'a block chain': ['#/nakamoto?n=6&req=3', 'Blocks', [
    'height 8', 'x←3, executed found by 2', 'columnheader "hash power"', 'columnheader "final blocks"',
  ]],
  'proof of stake': ['#/pos?n=4&trust=0.9,0.5,1,0.1', 'Table', ['height 1', 'columnheader "trust"', 'cell "36.00 %"']],
};

for (const [name, [fragment, of, expected]] of Object.entries(READ)) {
  test(`read aloud, ${name} can be understood without being seen`, async () => {
    const page = await playground.page({ fragment: `?play=0&start=9s${fragment}`, viewport: VIEWPORTS.phone, touch: true });
    await settled(page, tab(of));
    const read = (await page.getByRole('tabpanel').ariaSnapshot()).replace(/\n\s*- (text|strong|code): /g, ' ');
    const missing = expected.filter((words) => !read.includes(words));
    assert.deepEqual(missing, [], read);
    // A number alone is no name, and a row without a head is of nobody.
    assert.deepEqual(read.match(/- (button|rowheader|columnheader|listitem:)( "[\d.]*")?( *[\d.]+)?$/gm) ?? [], []);
    const rows = page.getByRole('tabpanel').locator('tbody tr');
    assert.equal(await rows.count(), await rows.locator('th[scope=row]').count());
    assertNoTrouble(page);
  });
}

/** From a small phone to a large screen. */
const WIDTHS = [320, 360, 390, 768, 1024, 1280, 1440, 1920, 2560];
const WIDE_VIEWS = ['the opening', 'a comparison', 'a violation', 'a link that is wrong', 'a frame'];

for (const width of WIDTHS) {
  test(`at ${width} pixels nothing sticks out, is cut or covers another`, async () => {
    const faults = [];
    for (const name of WIDE_VIEWS) {
      const [fragment, lead] = VIEWS[name];
      const height = width < 760 ? 844 : Math.round(width * 0.6);
      const page = await playground.page({ fragment, viewport: { width, height: Math.min(height, 1440) }, touch: width < 760 });
      await settled(page, lead);
      faults.push(...(await page.evaluate(misplaced)).map((fault) => `${name}: ${fault}`));
      await playground.closePages();
    }
    assert.deepEqual(faults, []);
  });
}

for (const [name, lead] of [['the gallery', 'Gallery'], ['share', null], ['help', 'Help']]) {
  test(`on the narrowest phone ${name} fits`, async () => {
    const page = await playground.page({ fragment: '?play=0', viewport: { width: 320, height: 640 }, touch: true });
    await settled(page, lead ? narrow(lead) : press('Share'));
    assert.deepEqual(await page.evaluate(misplaced), []);
  });
}

test('on a phone everything that is pressed is as large as a thumb', async () => {
  const page = await playground.page({ fragment: '?play=0&start=41ms', viewport: VIEWPORTS.phone, touch: true });
  const small = [];
  for (const name of ['Why', 'Log', 'Events', 'Next', 'Nodes', 'Facts', 'Set-up']) {
    await tab(name)(page);
    await page.waitForTimeout(300);
    small.push(...(await page.evaluate(smallTargets)).map((it) => `${name}: ${it}`));
  }
  assert.deepEqual([...new Set(small)], []);
});

test('in forced colours buttons have an outline, and what is chosen a mark', async () => {
  const page = await playground.page({ fragment: '?start=60ms' });
  await page.emulateMedia({ forcedColors: 'active' });
  const bare = await page.evaluate(() =>
    [...document.querySelectorAll('button:not(.plain, .link, .door, .row, .entry button, .faults button, .segments button, .tabs button)')]
      .filter((it) => it.checkVisibility() && getComputedStyle(it).borderTopStyle === 'none')
      .map((it) => it.textContent),
  );
  assert.deepEqual(bare, []);
  const [chosen, other] = await page.evaluate(() =>
    ['true', 'false'].map((it) => getComputedStyle(document.querySelector(`.density [aria-pressed="${it}"]`)).backgroundColor),
  );
  assert.notEqual(chosen, other);
  assertNoTrouble(page);
});

test('with reduced motion the page stands still until it is asked', async () => {
  const page = await playground.page({ reducedMotion: true });
  const clock = () => page.locator('.clock').innerText();
  const before = await clock();
  await page.waitForTimeout(800);
  assert.equal(await clock(), before);
  await page.keyboard.press('ArrowRight');
  await page.getByText(/^event 1 of/).waitFor();
  assertNoTrouble(page);
});

test('whoever listens is told of a fault, too', async () => {
  const page = await playground.page({ fragment: '?play=0&start=41ms' });
  await page.getByRole('button', { name: /^node 1,/ }).press('Enter');
  await page.getByRole('button', { name: 'Crash' }).press('Enter');
  await page.getByRole('status').filter({ hasText: /^crash 1$/ }).waitFor({ state: 'attached' });
  await page.getByRole('button', { name: 'Restart', exact: true }).press('Enter');
  await page.getByRole('status').filter({ hasText: /^restart 1$/ }).waitFor({ state: 'attached' });
  assertNoTrouble(page);
});

test('the keyboard alone reaches everything, and sees where it is', async () => {
  const page = await playground.page({ fragment: '?play=0' });
  await page.locator('.stage .picture').waitFor();
  await page.evaluate(() => document.activeElement.blur());
  const reached = new Set();
  const unseen = [];
  for (let i = 0; i < 150; i += 1) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(focusNow);
    if (!at) break;
    if (reached.has(at.path)) break;
    reached.add(at.path);
    if (!at.shown) unseen.push(at.path);
  }
  const missing = await page.evaluate(
    (them) => globalThis.everyControl().filter((path) => !them.includes(path)),
    [...reached],
  );
  assert.deepEqual(missing, []);
  assert.deepEqual(unseen, []);
  assertNoTrouble(page);
});

/** Runs in the page: what has the focus, and whether that is seen. */
function focusNow() {
  const path = (it) => {
    const names = [];
    for (let at = it; at && at !== document.body; at = at.parentElement) {
      names.unshift(`${at.localName}:${[...at.parentElement.children].indexOf(at)}`);
    }
    return names.join('>');
  };
  const controls = 'button, select, input, textarea, a[href], summary, [tabindex="0"]';
  globalThis.everyControl ??= () =>
    [...document.querySelectorAll(controls)]
      .filter((it) => it.checkVisibility({ visibilityProperty: true }) && !it.disabled && it.tabIndex >= 0)
      .map(path);
  const it = document.activeElement;
  if (!it || it === document.body) return null;
  const outlined = (one) => getComputedStyle(one).outlineStyle !== 'none' || getComputedStyle(one).boxShadow !== 'none';
  const inside = it.closest('.picker, .entry, .node, .scrubber');
  const drawn = inside && [inside, ...inside.querySelectorAll('*')].some((one) => outlined(one) || getComputedStyle(one).strokeWidth === '3px');
  return { path: path(it), shown: outlined(it) || !!drawn };
}

/** Runs in the page: what sticks out of the window or of its own box, and which words cover each other. */
function misplaced() {
  const faults = [];
  const say = (what, it) => faults.push(`${what}: ${it.closest('[class]')?.getAttribute('class') ?? it.localName} "${it.textContent.trim().slice(0, 40)}"`);
  const sideways = document.documentElement.scrollWidth - innerWidth;
  if (sideways > 0) faults.push(`the page is ${sideways} px too wide`);
  const scrolls = (it) => {
    const { overflowX, overflowY } = getComputedStyle(it);
    return /auto|scroll/.test(overflowX) || /auto|scroll/.test(overflowY);
  };
  const root = document.querySelector('dialog[open]') ?? document.querySelector('.page');
  const words = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const it = node.parentElement;
    if (!node.data.trim() || it.closest('svg, .unseen, select, [aria-hidden="true"].plot, .headline, option, .phone .legend:not(:focus)') || !it.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) continue;
    // What a box with a scroll bar or an ellipsis holds back can be had.
    let [held, cut] = [false, null];
    let seen = { left: box.left, right: box.right, top: box.top, bottom: box.bottom };
    for (let up = it; up && up !== document.documentElement; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (style.overflowX === 'visible' && style.overflowY === 'visible') continue;
      const frame = up.getBoundingClientRect();
      if (scrolls(up) || style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none') held = true;
      const wide = style.overflowX !== 'visible' && (box.right > frame.right + 1.5 || box.left < frame.left - 1.5);
      const high = style.overflowY !== 'visible' && (box.bottom > frame.bottom + 2.5 || box.top < frame.top - 2.5);
      if (!held && (wide || high)) cut = up;
      seen = {
        left: Math.max(seen.left, frame.left), right: Math.min(seen.right, frame.right),
        top: Math.max(seen.top, frame.top), bottom: Math.min(seen.bottom, frame.bottom),
      };
    }
    if (cut) say(`cut by ${cut.className}`, it);
    if (!held && (box.right > innerWidth + 1 || box.left < -1)) say('beyond the edge', it);
    if (seen.right - seen.left > 1 && seen.bottom - seen.top > 1) words.push({ it, seen });
  }
  for (const [i, a] of words.entries()) {
    for (const b of words.slice(i + 1)) {
      const wide = Math.min(a.seen.right, b.seen.right) - Math.max(a.seen.left, b.seen.left);
      const high = Math.min(a.seen.bottom, b.seen.bottom) - Math.max(a.seen.top, b.seen.top);
      // A notice lies above the picture, and the control bar of a phone above what scrolls beneath it.
      const above = ({ it }) => it.closest('.notice, .phone .controls');
      const apart = a.it.contains(b.it) || b.it.contains(a.it) || above(a) !== above(b);
      if (wide > 3 && high > 5 && !apart && !a.it.closest('p, li, dd, label') ) say(`covers "${b.it.textContent.trim().slice(0, 30)}"`, a.it);
    }
  }
  return [...new Set(faults)];
}

/** Runs in the page: which words of the picture leave it, cover other words, or stand on a node that is not theirs. */
function crowded() {
  const faults = [];
  const stage = document.querySelector('.stage .picture');
  const frame = stage.getBoundingClientRect();
  const words = [...document.querySelectorAll('.stage :is(.picture, .words) text')]
    .filter((it) => it.textContent.trim())
    .map((it) => ({ text: it.textContent, node: it.closest('.node'), box: it.getBoundingClientRect() }));
  const discs = [...stage.querySelectorAll('.node')].map((node) => {
    const { left, top, width } = node.querySelector('.hit').getBoundingClientRect();
    return { node, x: left + width / 2, y: top + width / 2, radius: width / 2 };
  });
  for (const [i, { text, node, box }] of words.entries()) {
    const outside = Math.max(frame.left - box.left, box.right - frame.right, frame.top - box.top, box.bottom - frame.bottom);
    if (outside > 2) faults.push(`"${text}" leaves the picture by ${Math.round(outside)}`);
    for (const other of words.slice(i + 1)) {
      const wide = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
      const high = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
      if (wide > 2 && high > 4) faults.push(`"${text}" covers "${other.text}"`);
    }
    for (const disc of discs.filter((it) => it.node !== node)) {
      const across = Math.max(box.left - disc.x, 0, disc.x - box.right);
      const down = Math.max(box.top + 2 - disc.y, 0, disc.y - box.bottom + 2);
      if (Math.hypot(across, down) < disc.radius - 2) faults.push(`"${text}" stands on another node`);
    }
  }
  return faults;
}

/** Runs in the page: buttons and fields lower or narrower than a thumb; links in a sentence may be. */
function smallTargets() {
  const THUMB = 44;
  return [...document.querySelectorAll('button, select, input:not([type=range], [type=checkbox]), summary, .toggle, .scrubber')]
    .filter((it) => it.checkVisibility({ visibilityProperty: true }) && !it.matches('p:not(.where-when, .twin) > .link, small .link'))
    .map((it) => [it, it.closest('.picker') ?? it])
    .map(([it, box]) => [it, box.getBoundingClientRect()])
    .filter(([, { width, height }]) => height < THUMB - 0.5 || width < THUMB - 4.5)
    .map(([it, { width, height }]) => `${it.className || it.localName} "${(it.ariaLabel ?? it.textContent).trim().slice(0, 30)}" ${Math.round(width)}×${Math.round(height)}`);
}

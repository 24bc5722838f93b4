// What a visitor takes away, and what is handed to the page: pressed, dropped and opened as a person would.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { VIEWPORTS, accessibilityFindings, assertNoTrouble, open } from './harness.mjs';

let playground;
before(async () => (playground = await open()));
afterEach(() => playground.closePages());
after(() => playground?.close());

const FRAGMENT = '?play=0&start=35ms#/pbft?n=4&seed=7';

/** Presses what makes a file, and gives its name and content. */
async function taken(page, button) {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

async function shared(options = {}) {
  const page = await playground.page({ fragment: FRAGMENT, ...options });
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  return page;
}

/** Drops a file, or a text, on the middle of the page. */
const drop = (page, name, text) =>
  page.evaluate(
    ([name, text]) => {
      const data = new DataTransfer();
      if (name) data.items.add(new File([text], name));
      else data.setData('text/plain', text);
      for (const type of ['dragover', 'drop']) {
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
      }
    },
    [name, text],
  );

const picked = (page) => page.locator('.picked b').innerText();

test('pictures come as SVG and as pixels', async () => {
  const page = await shared();
  const stage = await taken(page, 'Picture as SVG');
  assert.equal(stage.name, 'pbft-picture.svg');
  const svg = stage.bytes.toString();
  assert.match(svg, /^<svg .*xmlns/);
  assert.match(svg, /node 3, /);
  const broken = await page.evaluate((text) => {
    const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
    return parsed.querySelector('parsererror, script, image')?.textContent ?? null;
  }, svg);
  assert.equal(broken, null);
  const pixels = await taken(page, 'Space–time diagram as PNG');
  assert.equal(pixels.name, 'pbft-diagram.png');
  assert.equal(pixels.bytes.subarray(1, 4).toString(), 'PNG');
  // 1100 of its own, twice.
  assert.equal(pixels.bytes.readUInt32BE(16), 2200);
  assertNoTrouble(page);
});

test('a picture has what is seen: the filter of the diagram, one node’s eyes; and each view is a table and a picture', async () => {
  const page = await playground.page({ fragment: FRAGMENT });
  const share = async () => {
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    const texts = [];
    for (const name of ['Space–time diagram as SVG', 'Picture as SVG']) texts.push((await taken(page, name)).bytes.toString());
    return texts;
  };
  const [whole, open] = await share();
  await page.keyboard.press('Escape');
  await page.locator('.diagram').getByLabel('Kinds shown').selectOption({ label: 'commit' });
  await page.getByRole('button', { name: /^node 1,/ }).click();
  await page.getByRole('button', { name: 'See through its eyes' }).click();
  const [commits, eyes] = await share();
  assert.ok(commits.length < whole.length - 1000, `${commits.length} of ${whole.length} characters`);
  assert.match(eyes, /as heard/);
  assert.doesNotMatch(open, /as heard/);
  const log = (await taken(page, 'Replicated log as CSV')).bytes.toString();
  assert.match(log, /^sequence[^,]*,\d+,.*\r\n0,/);
  const { name, bytes } = await taken(page, 'Replicated log as SVG');
  assert.equal(name, 'pbft-panel-0.svg');
  assert.match(bytes.toString(), /^<svg .*xmlns/);
  assertNoTrouble(page);
});

test('a picture says what the page says of what liars tell', async () => {
  const page = await playground.page({ fragment: '?play=0&start=22ms' });
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const svg = (await taken(page, 'Picture as SVG')).bytes.toString();
  const told = [...svg.matchAll(/>(\d: [xy]←\d)</g)].map(([, text]) => text);
  assert.deepEqual(told.sort(), ['1: x←1', '1: y←1', '1: y←1', '2: y←1']);
  assertNoTrouble(page);
});

test('events come as a table, a trace and a sequence diagram', async () => {
  const page = await shared();
  const table = (await taken(page, /^Table.* as CSV/)).bytes.toString();
  const lines = table.trim().split('\r\n');
  assert.match(lines[0], /^event,time_us,node,/);
  assert.ok(lines.length > 20);
  assert.match((await taken(page, /as Mermaid/)).bytes.toString(), /^sequenceDiagram\n/);
  const trace = JSON.parse((await taken(page, /^Trace.* as JSON/)).bytes.toString());
  assert.equal(trace.events.length, lines.length - 1);
  assert.ok(trace.events.some((event) => event.kind === 'prepare' && event.fields));
  assert.match(trace.scenario, /^pbft\n/);
});

test('a scenario that was saved is opened again by the file button and by dropping', async () => {
  const page = await shared();
  const { name, bytes } = await taken(page, 'Scenario as File');
  assert.equal(name, 'pbft.scenario');
  const folder = await mkdtemp(join(tmpdir(), 'scenario-'));
  try {
    const file = join(folder, name);
    await writeFile(file, bytes);
    const other = await playground.page({ fragment: '#/raft?n=5' });
    await other.getByRole('button', { name: 'Gallery' }).click();
    await other.getByLabel('Open a scenario').setInputFiles(file);
    await other.waitForFunction(() => document.querySelector('.picked b').textContent === 'PBFT');
    await other.getByRole('dialog').waitFor({ state: 'detached' });
    await other.waitForFunction(() => location.hash.includes('seed=7'));
    await other.getByRole('button', { name: 'Undo the last edit' }).click();
    await other.waitForFunction(() => document.querySelector('.picked b').textContent === 'Raft');
    await drop(other, name, bytes.toString());
    await other.waitForFunction(() => document.querySelector('.picked b').textContent === 'PBFT');
    assertNoTrouble(other);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a link and a trace can be dropped, too', async () => {
  const page = await playground.page({ fragment: '#/raft?n=5' });
  await drop(page, null, 'https://elsewhere.example/?start=20ms#/paxos?n=5&seed=9');
  await page.waitForFunction(() => location.hash.includes('/paxos') && location.hash.includes('seed=9'));
  await page.waitForFunction(() => document.querySelector('.clock').textContent === '20.0 ms');
  await drop(page, 'trace.json', JSON.stringify({ scenario: 'raft\nn=3\nseed=5\n', events: [] }));
  await page.waitForFunction(() => location.hash.includes('/raft') && location.hash.includes('seed=5'));
  assertNoTrouble(page);
});

test('what cannot be opened is answered by a sentence, and the run stays', async () => {
  const page = await playground.page({ fragment: '#/raft?n=5' });
  const bad = [
    ['big.scenario', 'x'.repeat(1024 * 1024 + 1), /big\.scenario has 1025 KiB/],
    ['what.json', '{"a":1}', /no trace/],
    ['what.json', '{broken', /no JSON/],
    ['what.scenario', 'pbft\nn=100000\n', /not as it should be/],
    ['what.scenario', 'nonsense\n\u0000<b>', /not as it should be/],
  ];
  for (const [name, text, sentence] of bad) {
    await drop(page, name, text);
    await page.waitForFunction((s) => new RegExp(s).test(document.querySelector('.notices').innerText), sentence.source);
    assert.equal(await picked(page), 'Raft');
    await page.getByRole('button', { name: 'Dismiss' }).click();
  }
  assertNoTrouble(page);
});

test('on a phone the dialog fits, and axe finds no serious fault', async () => {
  const page = await shared({ viewport: VIEWPORTS.phone, touch: true });
  const wide = await page.evaluate(() => {
    const body = document.querySelector('.dialog-body');
    return body.scrollWidth - body.clientWidth;
  });
  assert.ok(wide <= 0, `${wide} pixels too wide`);
  assert.deepEqual(await accessibilityFindings(page), []);
  assertNoTrouble(page);
});

// Links in the compressed form, which the browser itself inflates and deflates.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, afterEach, before, test } from 'node:test';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { assertNoTrouble, open } from './harness.mjs';

let playground;
before(async () => (playground = await open()));
afterEach(() => playground.closePages());
after(() => playground?.close());

const checksum = (text) => createHash('sha256').update(text).digest().subarray(0, 4);
const link = (checksum, deflated) => `#/z1.${Buffer.concat([checksum, deflated]).toString('base64url')}`;
const compressed = (text) => link(checksum(text), deflateRawSync(text));

/** The text in a compressed link. */
function textIn(fragment) {
  const bytes = Buffer.from(fragment.replace(/^#\/z1\./, ''), 'base64url');
  const text = inflateRawSync(bytes.subarray(4)).toString();
  assert.deepEqual(bytes.subarray(0, 4), checksum(text), 'the checksum fits');
  return text;
}

const LONG = `raft?n=5&req=3&until=30s${'&at=20s:heal'.repeat(300)}`;

test('a compressed link opens what it holds', async () => {
  const page = await playground.page({ fragment: compressed('raft?n=5&seed=3&at=300ms:crash:2') });
  await page.getByRole('button', { name: /^node 4,/ }).waitFor();
  assert.equal(await page.locator('[role=alert]').getByText(/link/).count(), 0);
  assertNoTrouble(page);
});

test('a compressed link that comes later opens too', async () => {
  const page = await playground.page({ fragment: '#/raft?n=3&req=1' });
  await page.getByRole('button', { name: /^node 2,/ }).waitFor();
  await page.evaluate((hash) => (location.hash = hash), compressed('raft?n=7'));
  await page.getByRole('button', { name: /^node 6,/ }).waitFor();
  assertNoTrouble(page);
});

for (const [name, fragment, sentence] of [
  ['grows beyond all bounds', compressed(`raft?n=3&seed=${'0'.repeat(10_000_000)}`), /too long/],
  ['was cut short', compressed(LONG).slice(0, -12), /damaged/],
  ['has another checksum', link(checksum('raft'), deflateRawSync('raft?n=3')), /damaged/],
  ['goes on behind its end', link(checksum('raft'), Buffer.concat([deflateRawSync('raft'), Buffer.from('more')])), /damaged/],
  ['holds a mistake', compressed('raft?n=banana'), /banana/],
]) {
  test(`a compressed link that ${name} gets a sentence, and the page still runs`, async () => {
    const page = await playground.page({ fragment });
    await page.locator('[role=alert]').getByText(sentence).first().waitFor({ timeout: 5_000 });
    await page.getByRole('button', { name: /^node 0,/ }).waitFor();
    assertNoTrouble(page);
  });
}

test('a long scenario is shared compressed, and written into the address so', async () => {
  const page = await playground.page({ fragment: `#/${LONG}` });
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const field = page.getByRole('dialog').getByLabel('Link', { exact: true });
  await field.waitFor();
  const text = textIn(new URL(await field.inputValue()).hash);
  assert.match(text, /^raft\?.*&v=1$/);
  assert.equal(text.match(/at=20s:heal/g).length, 300);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^node 0,/ }).press('Enter');
  await page.getByRole('tabpanel').getByRole('button', { name: /^crash/i }).click();
  await page.waitForFunction(() => location.hash.startsWith('#/z1.'), null, { timeout: 5_000 });
  assert.match(textIn(await page.evaluate(() => location.hash)), /:crash:0/);
  assertNoTrouble(page);
});

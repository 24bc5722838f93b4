// The built page, served as a plain static host would and opened in Chromium.
//
// The server hands out `dist/` under a sub-path, so that an absolute address in the page shows at once. Each opened
// page keeps a list of everything that should not have happened to it (`page.trouble`): any console message, uncaught
// error, failed request or request to another place. A spec that ends with trouble has failed.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { extname, join, normalize, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

/** The folder of the built page. */
export const DIST = resolve(fileURLToPath(import.meta.url), '../../../dist');

/** The sizes at which the page is looked at: a desk, a small laptop, a phone. */
export const VIEWPORTS = {
  desk: { width: 1440, height: 900 },
  laptop: { width: 1280, height: 720 },
  phone: { width: 390, height: 844 },
};

export const SCHEMES = ['light', 'dark'];

/** How long the page may take until it shows something, in milliseconds. */
const START_MS_MAX = 20_000;

/** So long after that its time passes, and what lies ahead is looked for; no visitor is as quick as a test. */
const ALIVE_MS = 60;

/** Serves the page and starts the browser; `closePages` between tests, `close` at the end. */
export async function open() {
  const server = await serve();
  const browser = await launch();
  return {
    url: server.url,
    browser,
    page: (options) => openPage(browser, server.url, options),
    closePages: () => Promise.all(browser.contexts().map((context) => context.close())),
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

/**
 * Opens the page at `fragment` and waits until it shows something.
 * @param options `fragment` such as `#/pbft?n=4`, `viewport`, `scheme`, `touch`, `reducedMotion`
 */
export async function openPage(browser, url, options = {}) {
  const { fragment = '', viewport = VIEWPORTS.desk, scheme = 'light', touch = false, reducedMotion = false } = options;
  const context = await browser.newContext({
    viewport,
    colorScheme: scheme,
    hasTouch: touch,
    reducedMotion: reducedMotion ? 'reduce' : 'no-preference',
  });
  const page = await context.newPage();
  page.trouble = watch(page, new URL(url).origin);
  await page.goto(url + fragment);
  await page
    .waitForFunction(() => document.querySelector('body > :not(#still, script)') && !document.querySelector('.unseen-yet'), null, { timeout: START_MS_MAX })
    .catch(() => assert.fail(`the page shows nothing; what happened: ${JSON.stringify(page.trouble)}`));
  await page.waitForTimeout(ALIVE_MS);
  return page;
}

/** Fails if anything happened to the page that should not have. */
export function assertNoTrouble(page) {
  assert.deepEqual(page.trouble, []);
}

/** What the accessibility rules of axe-core find wrong, worst first, one line each. */
export async function accessibilityFindings(page, impacts = ['critical', 'serious']) {
  const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // Evaluated, not added as a script: the page's policy forbids a script that is not its own.
  await page.evaluate(source);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const lines = violations
    .filter(({ impact }) => impacts.includes(impact))
    .flatMap(({ impact, id, nodes }) => nodes.map(({ target }) => `${impact} ${id}: ${target.join(' ')}`));
  return lines.sort();
}

/** Saves what is seen, and tells where. */
export async function shoot(page, file) {
  await page.screenshot({ path: file, animations: 'allow' });
  return file;
}

function watch(page, origin) {
  const trouble = [];
  page.on('console', (message) => trouble.push(`console ${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => trouble.push(`uncaught: ${error.message}`));
  page.on('crash', () => trouble.push('the page crashed'));
  page.on('requestfailed', (request) => trouble.push(`failed: ${request.url()} ${request.failure()?.errorText}`));
  page.on('request', (request) => {
    const { protocol, origin: to } = new URL(request.url());
    if (to !== origin && !['data:', 'blob:'].includes(protocol)) trouble.push(`request to ${to}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) trouble.push(`status ${response.status()}: ${response.url()}`);
  });
  return trouble;
}

// The browser.

const CHROMES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Root has no sandbox, and nothing may be asked of the network. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The browser that `CHROME` names, or one that is installed. */
export function chromiumPath() {
  const path = process.env.CHROME ?? CHROMES.find((file) => existsSync(file));
  assert.ok(path, 'no Chromium was found: install one, or name one in the variable CHROME');
  return path;
}

/** Starts it. */
export function launch() {
  return chromium.launch({ executablePath: chromiumPath(), headless: true, args: CHROMIUM_FLAGS });
}

// The server.

const SUB_PATH = '/some/where/';

const MIME = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** The whole playground in one file. */
export const SINGLE_FILE = resolve(DIST, '../consensus-playground.html');

/** Serves `dist` on a free port of this machine, under a sub-path. */
export async function serve(dist = DIST) {
  assert.ok(existsSync(join(dist, 'index.html')), `${dist} has no page: cargo xtask build makes it`);
  const server = createServer((request, response) => answer(dist, request, response));
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${server.address().port}${SUB_PATH}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((closed) => server.close(closed));
    },
  };
}

async function answer(dist, request, response) {
  const file = fileFor(dist, new URL(request.url, 'http://127.0.0.1').pathname);
  const body = file && (await readFile(file).catch(() => null));
  if (body) {
    response.writeHead(200, { 'content-type': MIME[extname(file)] ?? 'application/octet-stream' }).end(body);
  } else {
    response.writeHead(404).end();
  }
}

function fileFor(dist, path) {
  if (!path.startsWith(SUB_PATH)) return null;
  const file = normalize(join(dist, decodeURIComponent(path.slice(SUB_PATH.length)) || 'index.html'));
  return file.startsWith(dist + sep) ? file : null;
}

// Three browsers, one small set of gestures: open an address, evaluate in the page, click, press a key.
//
// Chromium is driven by Playwright, as everywhere else here. Firefox is spoken to in its own tongue (Marionette: W3C
// WebDriver's commands as JSON over a socket), so that no driver program is needed; WebKit over plain WebDriver, with
// WebKitGTK's driver and a virtual screen.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { launch } from './harness.mjs';

const START_MS_MAX = 60_000;
/** The longest that one evaluation may take: many digests in a debug build of a browser are slow. */
const SCRIPT_MS_MAX = 300_000;

/**
 * The browsers by name; each starts one and gives
 * `{ version, open(url), evaluate(function, ...args), click(selector), press(key), close() }`. Arguments and results are JSON.
 */
export const ENGINES = { Chromium: startChromium, Firefox: startFirefox, WebKit: startWebKit };

/** Asks until the answer is true and returns it; says what was waited for if it never is. */
export async function until(what, ask, most_ms = 20_000) {
  const end = Date.now() + most_ms;
  let answer;
  while (Date.now() < end) {
    answer = await ask();
    if (answer) return answer;
    await sleep(50);
  }
  return assert.fail(`waited in vain: ${what}`);
}

// Chromium.

async function startChromium() {
  const browser = await launch();
  const page = await browser.newPage();
  return {
    version: browser.version(),
    open: (url) => page.goto(url),
    evaluate: (run, ...args) => page.evaluate(`(${run})(...${JSON.stringify(args)})`),
    click: (selector) => page.click(selector),
    press: (key) => page.keyboard.press(key),
    close: () => browser.close(),
  };
}

// Firefox and WebKit: the same commands, each with its name in Marionette and its place in WebDriver.

const COMMANDS = {
  timeouts: ['WebDriver:SetTimeouts', 'timeouts'],
  navigate: ['WebDriver:Navigate', 'url'],
  script: ['WebDriver:ExecuteAsyncScript', 'execute/async'],
  find: ['WebDriver:FindElement', 'element'],
  click: ['WebDriver:ElementClick', 'element/{id}/click'],
  actions: ['WebDriver:PerformActions', 'actions'],
};

/** WebDriver's code points of keys without a letter. */
const KEYS = { Home: '\uE011', End: '\uE010', ArrowLeft: '\uE012', ArrowRight: '\uE014', Space: ' ', Escape: '\uE00C' };

/** The gestures, of commands that `ask(command, parameters)` carries out. */
async function gestures(version, ask, close) {
  await ask('timeouts', { script: SCRIPT_MS_MAX });
  return {
    version,
    open: (url) => ask('navigate', { url }),
    evaluate: async (run, ...args) => {
      const script = `const done = arguments[arguments.length - 1];
        const args = [...arguments].slice(0, -1);
        (async () => (${run})(...args))().then((value) => done({ value }), (error) => done({ error: String(error) }));`;
      const { value, error } = await ask('script', { script, args });
      assert.equal(error, undefined);
      return value;
    },
    click: async (selector) => {
      const found = await ask('find', { using: 'css selector', value: selector });
      const [id] = Object.values(found.value ?? found);
      await ask('click', { id });
    },
    press: async (key) => {
      const value = KEYS[key] ?? key;
      const actions = ['keyDown', 'keyUp'].map((type) => ({ type, value }));
      await ask('actions', { actions: [{ type: 'key', id: 'keyboard', actions }] });
    },
    close,
  };
}

async function startFirefox() {
  const program = found('Firefox', 'FIREFOX', ['firefox-esr', 'firefox'], [
    '/Applications/Firefox.app/Contents/MacOS/firefox',
  ]);
  const profile = await mkdtemp(join(tmpdir(), 'playground-firefox-'));
  await writeFile(join(profile, 'user.js'), FIREFOX_SETTINGS);
  const firefox = start(program, ['--headless', '--marionette', '--no-remote', '--profile', profile], { HOME: profile });
  const close = async () => {
    await end(firefox);
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const port = await patiently('Firefox names its port', async () =>
      Number(await readFile(join(profile, 'MarionetteActivePort'), 'utf8')),
    );
    const speak = await marionette(port);
    const { capabilities } = await speak('WebDriver:NewSession', {});
    const ask = (command, parameters) => speak(COMMANDS[command][0], parameters);
    return await gestures(capabilities.browserVersion, ask, close);
  } catch (error) {
    await close();
    throw error;
  }
}

/** Any free port, and nothing asked of another place. */
const FIREFOX_SETTINGS = [
  ['marionette.port', 0],
  ['app.normandy.enabled', false],
  ['app.update.disabledForTesting', true],
  ['browser.safebrowsing.malware.enabled', false],
  ['browser.safebrowsing.phishing.enabled', false],
  ['browser.shell.checkDefaultBrowser', false],
  ['datareporting.policy.dataSubmissionEnabled', false],
  ['extensions.getAddons.cache.enabled', false],
  ['extensions.update.enabled', false],
  ['network.captive-portal-service.enabled', false],
  ['network.connectivity-service.enabled', false],
  ['services.settings.server', 'data:,'],
  ['toolkit.telemetry.server', 'data:,'],
]
  .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
  .join('');

/** Speaks Marionette: each message is its length in bytes, a colon, and JSON. */
async function marionette(port) {
  const socket = connect(port, '127.0.0.1');
  const waiting = new Map();
  let received = Buffer.alloc(0);
  let asked = 0;
  const hear = (bytes) => {
    received = Buffer.concat([received, bytes]);
    for (let colon; (colon = received.indexOf(':')) > 0; ) {
      const whole = colon + 1 + Number(received.subarray(0, colon));
      if (received.length < whole) return;
      const message = JSON.parse(received.subarray(colon + 1, whole));
      received = received.subarray(whole);
      // The first one is a greeting.
      if (!Array.isArray(message)) continue;
      const [, number, error, result] = message;
      const { resolve, reject } = waiting.get(number);
      waiting.delete(number);
      if (error) reject(new Error(`Firefox: ${error.error}: ${error.message}`));
      else resolve(result);
    }
  };
  const fail = (error) => waiting.forEach(({ reject }) => reject(error ?? new Error('Firefox has hung up')));
  socket.on('data', hear).on('error', fail).on('close', () => fail());
  await once(socket, 'connect');
  return async (name, parameters) => {
    const answer = new Promise((resolve, reject) => waiting.set((asked += 1), { resolve, reject }));
    const message = JSON.stringify([0, asked, name, parameters]);
    socket.write(`${Buffer.byteLength(message)}:${message}`);
    const result = await answer;
    return result?.value === undefined ? result : result.value;
  };
}

async function startWebKit() {
  const driver = found("WebKit's driver", 'WEBKIT_DRIVER', ['WebKitWebDriver'], []);
  const screen = found('xvfb-run', 'XVFB_RUN', ['xvfb-run'], []);
  const home = await mkdtemp(join(tmpdir(), 'playground-webkit-'));
  const port = await freePort();
  const webkit = start(screen, ['-a', driver, '--host=127.0.0.1', `--port=${port}`], { HOME: home });
  const send = async (method, path, body) => {
    const answer = await fetch(`http://127.0.0.1:${port}/${path}`, { method, body: body && JSON.stringify(body) });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`WebKit: ${value.error}: ${value.message}`);
    return value;
  };
  let session;
  const close = async () => {
    if (session) await send('DELETE', `session/${session}`).catch(() => {});
    await end(webkit);
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await patiently("WebKit's driver answers", () => send('GET', 'status'));
    const { sessionId, capabilities } = await send('POST', 'session', { capabilities: {} });
    session = sessionId;
    const ask = (command, { id, ...parameters }) =>
      send('POST', `session/${session}/${COMMANDS[command][1].replace('{id}', id)}`, parameters);
    return await gestures(capabilities.browserVersion, ask, close);
  } catch (error) {
    await close();
    throw error;
  }
}

// Programs.

function found(what, variable, names, places) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const all = [...names.flatMap((name) => folders.map((folder) => join(folder, name))), ...places];
  const path = process.env[variable] ?? all.find((file) => existsSync(file));
  assert.ok(path, `${what} was not found: install it, or name it in the variable ${variable}`);
  return path;
}

/** Starts a program in a process group of its own, so that what it starts ends with it. */
function start(program, args, variables) {
  const child = spawn(program, args, { detached: true, stdio: 'ignore', env: { ...process.env, ...variables } });
  child.on('error', () => {});
  return child;
}

async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null || !child.pid) return;
  const gone = once(child, 'exit');
  process.kill(-child.pid, 'SIGTERM');
  await Promise.race([gone, sleep(5_000, null, { ref: false })]);
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // All have gone already.
  }
}

async function patiently(what, ask) {
  const last = Date.now() + START_MS_MAX;
  for (;;) {
    try {
      const answer = await ask();
      if (answer) return answer;
    } catch (error) {
      if (Date.now() > last) throw new Error(`waited in vain: ${what}: ${error.message}`);
    }
    await sleep(100);
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

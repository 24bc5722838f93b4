// What the module offers to a worker, a page or a script.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';

const engines = createRequire(import.meta.url)(process.env.CONSENSUS_WASM);

test('the catalogue names the protocols with their tables', () => {
  const protocols = engines.protocols();
  const [pbft, raft] = ['pbft', 'raft'].map((id) => protocols.find((meta) => meta.id === id));
  assert.equal(pbft.title, 'PBFT');
  assert.ok(raft.switches.some(({ id }) => id === 'commit-own-term'));
});

test('a link is printed in its canonical form, or its mistake is told', () => {
  assert.deepEqual(engines.parse('pbft?req=1&n=7&n=7').error.key, 'n');
  assert.deepEqual(engines.parse('https://example.org/#/pbft?f=2&n=7&req=3'), { link: '#/pbft?n=7&req=3' });
  const { error } = engines.parse('#/pbft?loss=200%');
  assert.equal(error.message, 'loss=200% (at character 8): too large, at most 100% is allowed');
  assert.deepEqual([error.key, error.value, error.column], ['loss', '200%', 8]);
});

test('a run is reported as the command line reports it', () => {
  const report = engines.run('#/pbft?n=4&req=1');
  assert.deepEqual([report.messages.replica, report.messages.client, report.end], [24, 5, 'quiescent']);
  assert.equal(report.digest, engines.digest('#/pbft?n=4&req=1'));
  assert.ok(report.properties.every(({ status }) => status === 'holds'));
  const { seed } = engines.run('#/raft?seed=18446744073709551615&until=100ms');
  assert.equal(seed, '18446744073709551615', 'a number that the language cannot hold comes as its digits');
});

test('a bad link is thrown as a sentence, and the module goes on', () => {
  assert.throws(() => engines.run('#/pfbt'), /pfbt/);
  assert.throws(() => new engines.Session('#/pbft?n=1000000000'), /at most 256 replicas are allowed/);
  assert.equal(engines.run('#/pbft').protocol, 'pbft');
});

test('a session moves back and forth over one run', () => {
  const session = new engines.Session('#/pbft?n=4&req=1');
  while (session.run_ahead(10)) assert.ok(session.frontier().event <= 35);
  assert.deepEqual(session.frontier(), { event: 35, at: 50_000, end: 'quiescent' });
  session.seek_time(25_000);
  const there = JSON.stringify([session.nodes(), session.flights(), session.metrics(), session.inspect('1')]);
  assert.equal(session.flights().length, 9);
  session.seek_event(35);
  assert.equal(session.replies().length, 1);
  session.seek_time(25_000);
  assert.equal(JSON.stringify([session.nodes(), session.flights(), session.metrics(), session.inspect('1')]), there);
  assert.throws(() => session.inspect('9'), /no node/);
  session.free();
});

test('events come with their explanation', () => {
  const session = new engines.Session('#/pbft?n=4&req=1');
  while (session.run_ahead(1_000));
  const events = session.events(0, 1_000);
  assert.deepEqual(events.map(({ index }) => index), [...events.keys()]);
  const decided = events.findIndex(({ decided }) => decided.length > 0);
  assert.match(session.explain(decided).headline, /executes/);
  assert.throws(() => session.explain(1_000), /not known/);
});

test('an edited scenario keeps the time', () => {
  const session = new engines.Session('#/pbft?n=4&req=1');
  session.seek_time(25_000);
  session.edit('#/pbft?n=4&req=1&at=30ms:crash:0');
  assert.equal(session.position().at, 25_000);
  assert.match(session.link(), /crash:0/);
  assert.equal(session.digest(), engines.digest(session.link()));
});

test('the engines to be measured deliver what they are asked for and violate nothing', () => {
  assert.ok(engines.bare_loop(4, 1_000) >= 1_000);
  for (const { id, n } of engines.protocols()) {
    const [, usual] = n;
    const engine = new engines.Engine(id, usual, true);
    assert.ok(engine.deliver(20_000) >= 20_000);
    assert.ok(engine.decisions() > 0, `${id} decides nothing`);
    assert.ok(engine.is_clean());
    engine.free();
  }
});

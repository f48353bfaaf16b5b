import { expect } from 'chai';
import { reasonOf } from '../../../lib/model/reason.ts';
import { REPORT, SAMPLE } from '../operator/report-view.ts';
import { STATUS } from '../operator/views.ts';
import { run, withDaemon } from './run-support.ts';

const GOLDEN: Readonly<Record<string, string>> = {
  status: `
inventory   RUNNING 1.4.2 (6d)   TESTING 1.5.0 (11m)   collecting 41 %
  running  ready  1_running  pid 420  port 9401
  testing  ready  1_test     pid 421  port 9402  1 restart
  traffic  2,400 received, 2,051 mirrored, 340 skipped (300 method, 40 health),
           9 failed (refused), 2 in flight
verdict: hold. 37 of 2051 answers to GET /items/{id} differ in shape at $.price
  (string became number), 1.8 % where 0.5 % is allowed.
  still needed: 59 more requests, 3 more minutes
vili 1.0.0  pid 411  up 6d  port 8080  archive 3 (40 MiB)  base /srv/inventory
`,
  why: `
inventory-1.5.0: REJECTED   2026-01-06 23:55:00Z by vili
inventory-1.5.0 was rejected after 198 requests answered by both versions: it is
worse than inventory-1.4.2 on 1 endpoint, at odds of 1,204 to 1 (100 to 1 is
enough).

  signal          running  testing  limit       state
  5xx, no answer  0 %      3 %      +2 %        ok
  answers differ  0 %      48 %     as running  FAIL

- GET /items/{id}: $.price changed from number to string in 79 of 79 answers.
  try: vili diff --sample 2afa508f
also seen: GET /items/{id} $.stock value (3)
ignored: $.servedAt value differs by itself
never compared: POST /orders (5.9 %)

look closer: vili diff   send again: vili replay --all
`,
  diff: `
inventory-1.5.0: where the responses differ

GET /items/{id}   81 pairs
  counts     type $.price  6.5 → "6.5"   79 times
  also seen  value $.stock  4 → 5   3 times
  sample     2afa508f  body-difference, type $.price

see one: vili diff --sample 2afa508f
`,
  'diff --sample 2afa508f': `
2afa508f   GET /items/38?q=it's
  sent 2026-01-06 23:55:00Z, request id a1
  > Host: shop.example
  > Authorization: [masked]

- running: 200 in 0.8 ms, 21 bytes
+ testing: 200 in 24 ms, 23 bytes
  type $.price: 6.5 → "6.5"

  {
    "id": 38,
-   "price": 6.5
+   "price": "6.5"
  }

running logged nothing of it
testing logged:
  WARN    price of 38 is no number
  and 2 more lines
`,
  history: `
2026-01-01 00:00:00Z  started   inventory-1.4.2
2026-01-06 23:49:00Z  rejected  inventory-1.5.0
    37 of 2051 answers differ at $.price
    12 new errors
`,
  trace: `
23:49:00.000  root/ingestor -> root/deployer  arrived  ok  waited 0.1 ms, took 1.5 ms  [v-7]
23:49:01.000  root/deployer -> root/deployer/version/inventory-1.5.0  start  crash  waited 0.3 ms, took 12 ms  [v-7]  "attempt 1"
`,
  'trace --mermaid': `
sequenceDiagram
  participant a1 as root/ingestor
  participant a2 as root/deployer
  participant a3 as root/deployer/version/inventory-1.5.0
  a1->>a2: arrived
  a2-xa3: start (crash)
`,
  reload: `
host            0.0.0.0 → 127.0.0.1  needs a restart of Vili
log.level       info → debug         at once
verdict.margin  0.5% → 1%            next test
slack_channel   nothing → #shop      at once
`,
  upgrade: `
a new Vili 0.2.0 (pid 4712) takes over
Vili 0.2.0 (pid 4712) serves; 1 earlier Vili still with connections (pid 4711)
`,
  tree: `
actor                        state    mailbox  restarts  in hand
root                         running  0        0         -
  deployer                   running  3        2         promote for 1m HUNG
    version/inventory-1.5.0  backoff  0        0         -
  operator                   running  0        0         -
`,
};

describe('the output of the command line', () => {
  for (const [command, expected] of Object.entries(GOLDEN)) {
    it(`is as recorded here for vili ${command}`, async () => {
      await withDaemon(async (base) => {
        const { code, stdout, stderr } = await run([...command.split(' '), '--base', base]);
        expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
        expect(`\n${stdout}`).to.equal(expected);
      });
    });
  }

  it('fits into 80 columns for diff, why and status, however long the names are', async () => {
    await withDaemon(async (base, handlers) => {
      const long = 'x'.repeat(300);
      const servlet = { ...STATUS.running!, version: `inventory-1.4.2-${'9'.repeat(90)}` };
      const verdict = { ...STATUS.verdict!, reasons: [reasonOf('c', `${long} y ${long}`)] };
      handlers.status = async () => ({ ...STATUS, testing: servlet, verdict });
      const [field] = REPORT.test?.endpoints[0]?.differences ?? [];
      const endpoint = { ...REPORT.test!.endpoints[0]!, endpoint: long };
      const differences = [{ ...field!, path: long, running: long }];
      const endpoints = [{ ...endpoint, differences, alsoSeen: differences }];
      const reasons = [{ ...REPORT.reasons[0]!, text: `${long} y ${long}` }];
      const report = { ...REPORT, sentence: long, reasons, test: { ...REPORT.test!, endpoints } };
      handlers.report = async () => report;
      for (const line of (await run(['diff', '--base', base])).stdout.split('\n')) {
        if (!line.startsWith('xxx')) expect(line.length, line).to.be.at.most(80);
      }
      const text = (await run(['why', '--base', base])).stdout;
      for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(80);
      const status = (await run(['status', '--base', base])).stdout.split('\n');
      const free = status.filter((line) => !line.includes('999'));
      for (const line of free) expect(line.length, line).to.be.at.most(80);
    });
  });

  it('shows a request as a shell command and names what was masked', async () => {
    await withDaemon(async (base) => {
      const argv = ['diff', '--sample', SAMPLE.id, '--curl', '--base', base];
      const { stdout, stderr } = await run(argv);
      expect(stdout).to.contain(`--header 'Host: shop.example'`);
      expect(stdout).to.contain(String.raw`'http://127.0.0.1:8080/items/38?q=it'\''s'`);
      expect(stderr).to.equal('put back before you send it: masked: header Authorization\n');
      const missing = await run(['diff', '--sample', 'ffffffff', '--base', base]);
      expect(missing.stderr).to.contain('has no sample "ffffffff"');
    });
  });

  it('shows a base in which nothing runs yet', async () => {
    await withDaemon(async (base, handlers) => {
      const none = { running: null, testing: null, verdict: null };
      handlers.status = async () => ({ ...STATUS, ...none, phase: 'starting' });
      const { stdout } = await run(['status', '--base', base]);
      expect(stdout).to.match(/^inventory   nothing is running   starting\n/);
      expect(stdout).to.contain('verdict: none, nothing is under test');
    });
  });

  it('is JSON of the documented schema with --json', async () => {
    await withDaemon(async (base) => {
      const { stdout } = await run(['status', '--json', '--base', base]);
      expect(JSON.parse(stdout)).to.deep.equal(STATUS);
    });
  });

  it('does not let text from outside steer the terminal', async () => {
    await withDaemon(async (base, handlers) => {
      const evil = 'a\u001b[2J\u009b31m\u202eb\u0007\r\nc';
      const reasons = [{ ...reasonOf(evil, evil), endpoint: evil, samples: [evil] }];
      const verdict = { ...STATUS.verdict!, version: evil, reasons, missing: [evil] };
      const servlet = { ...STATUS.running!, version: evil, instance: evil };
      handlers.status = async () => ({ ...STATUS, running: servlet, verdict });
      const test = { ...REPORT.test!, missing: [evil] };
      const sample = { ...SAMPLE, requestId: evil, request: { ...SAMPLE.request, path: evil } };
      const why = { ...REPORT.reasons[0]!, text: evil, samples: [evil] };
      handlers.report = async () => ({ ...REPORT, sentence: evil, reasons: [why], test });
      handlers.samples = async () => ({ version: evil, samples: [sample] });
      handlers.history = async () => [
        { at: evil, event: 'rejected', version: evil, by: evil, reasons: [evil] },
      ];
      const sampled = ['diff', '--sample', SAMPLE.id];
      const all = [['status'], ['why'], ['history'], ['status', '--json'], sampled];
      for (const argv of [...all, [...sampled, '--curl']]) {
        const { stdout, stderr } = await run([...argv, '--base', base]);
        // oxlint-disable-next-line no-control-regex -- control characters are searched for
        expect(stdout + stderr).to.not.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
        expect(stdout).to.contain('c');
      }
    });
  });

  it('has colours on a terminal, but not with NO_COLOR or on a dumb one', async () => {
    await withDaemon(async (base) => {
      const isTerminal = { stdin: true, stdout: true };
      const argv = ['status', '--base', base];
      expect((await run(argv, { isTerminal })).stdout).to.contain('\u001b[');
      for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }]) {
        expect((await run(argv, { isTerminal, env })).stdout).to.not.contain('\u001b[');
      }
      expect((await run(argv, { env: { FORCE_COLOR: '1' } })).stdout).to.contain('\u001b[');
    });
  });
});

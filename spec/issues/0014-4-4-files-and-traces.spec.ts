import { expect } from 'chai';
import { createMask } from '../../lib/compare/mask/mask.ts';
import { withoutSecret } from '../../lib/compare/mask/secret.ts';
import type { TraceRecord } from '../../lib/model/trace-record.ts';
import { run, withDaemon } from '../lib/cli/run-support.ts';
import { withWorld } from '../support/daemon-world.ts';

/** Logs and returns every header that it gets, as many a service does in development. */
const ECHO = `
const { createServer } = require('node:http');
const { mkdirSync, appendFileSync } = require('node:fs');
mkdirSync('logs/json', { recursive: true });
const version = VERSION;
createServer((request, response) => {
  const text = JSON.stringify({ level: 'INFO', message: 'got ' + request.rawHeaders.join(' ') });
  if (request.url !== '/health') appendFileSync('logs/json/shop.log', text + '\\n');
  response.setHeader('content-type', 'application/json');
  const headers = Object.fromEntries(Object.entries(request.headers));
  response.end(JSON.stringify({ version, raw: request.rawHeaders, headers, price: version === 1 ? 1 : 'one' }));
}).listen(process.env.PORT);
process.on('SIGTERM', () => process.exit(0));
`;

describe('Issue 14, 4.4: what the files and the trace say', () => {
  it('answers history, why and diff without a daemon, and tells a person so', async function () {
    this.timeout(180_000);
    await withWorld({}, async (world) => {
      const daemon = await world.startServing();
      const users = world.users(60);
      await world.drop('1.1.0', { changedType: { endpoint: 'GET /items/{id}', field: 'price' } });
      await daemon.recorded('rejected', 'shop-1.1.0', 40_000);
      await users.stop();
      const commands = [['history'], ['why', '1.1.0'], ['diff']];
      const before = [];
      for (const words of commands) before.push((await world.vili(...words)).stdout);
      const id = /--sample (\w+)/.exec(before[2] ?? '')?.[1] ?? '';
      await daemon.kill('SIGTERM');
      for (const [at, words] of commands.entries()) {
        const { code, stdout, stderr } = await world.vili(...words);
        expect([code, stdout], words.join(' ')).to.deep.equal([0, before[at]]);
        expect(stderr).to.equal('no daemon runs here: this is from its files\n');
      }
      const curl = await world.vili('diff', '--sample', id, '--curl');
      expect(curl.stdout).to.contain(`http://127.0.0.1:${world.port}/items/`);
      const json = await world.vili('why', '--json');
      expect(JSON.parse(json.stdout)).to.include({ version: 'shop-1.1.0', verdict: 'rejected' });
      expect((await world.vili('status')).code).to.equal(5);
      const unknown = await world.vili('why', '7.7.7');
      expect(unknown.code).to.equal(4);
      expect(unknown.stderr).to.contain('the history knows shop-1.0.0, shop-1.1.0');
    });
  });

  it('says as before that no daemon runs where none ever ran', async () => {
    const { code, stderr } = await run(['history', '--base', '/nowhere']);
    expect(code).to.equal(5);
    expect(stderr).to.contain('no daemon runs here');
  });

  it('hides clock ticks and batches from a trace without options', async function () {
    this.timeout(60_000);
    await withWorld({}, async (world) => {
      const daemon = await world.startServing();
      const typesOf = async (...words: string[]): Promise<Set<string>> => {
        const { stdout } = await world.vili('trace', '--json', ...words);
        return new Set((JSON.parse(stdout) as TraceRecord[]).map(({ type }) => type));
      };
      await daemon.until('a tick is traced', async () => (await typesOf('--all')).has('tick'));
      expect([...(await typesOf())])
        .to.include('servlet-ready')
        .and.not.include('tick');
      expect([...(await typesOf('--actor', '/vili/comparator'))]).to.include('tick');
    });
  });

  it('ends with 4 for a correlation id of which nothing is known', async () => {
    await withDaemon(async (base, handlers) => {
      handlers.trace = async () => [];
      for (const words of [
        ['trace', '--id', 'nothere'],
        ['trace', '--id', 'nothere', '--mermaid'],
      ]) {
        const { code, stdout, stderr } = await run([...words, '--base', base]);
        expect([code, stdout]).to.deep.equal([4, '']);
        expect(stderr).to.equal(
          'nothing is known of "nothere"; an id is a version, for example inventory-1.5.0\n',
        );
      }
    });
  });

  it('never keeps the token with which Vili marks its copies', async function () {
    this.timeout(90_000);
    await withWorld({ readiness_path: '/health' }, async (world) => {
      await world.arrive('shop-1.0.0.cjs', ECHO.replace('VERSION', '1'));
      const daemon = world.start();
      await daemon.serving('shop-1.0.0');
      const users = world.users(40);
      await world.arrive('shop-1.1.0.cjs', ECHO.replace('VERSION', '2'));
      await daemon.recorded('rejected', 'shop-1.1.0', 40_000);
      await users.stop();
      const { samples } = await daemon.client.replay({ version: '1.1.0' });
      expect(samples).to.not.deep.equal([]);
      const text = JSON.stringify(samples);
      expect(text).to.contain('X-Vili-Mirror-Token');
      expect(text).to.not.match(/[0-9a-f]{32}/);
      for (const { logs } of samples) {
        if (logs === undefined) continue;
        expect(logs.running.lines.length).to.be.at.most(10);
        expect(logs.testing.lines.length).to.be.at.most(10);
      }
    });
  });

  it('masks a secret wherever it stands', () => {
    expect(withoutSecret('a secret b secret', 'secret')).to.equal('a [masked] b [masked]');
    expect(withoutSecret('abc', '')).to.equal('abc');
    expect(createMask({ headers: [], paths: [] }).isMaskedHeader('Cookie')).to.equal(true);
  });
});

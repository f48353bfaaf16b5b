import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { access, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect } from 'chai';
import { codeOf } from '../../lib/errors.ts';
import { listingOf } from '../support/base-listing.ts';
import { withWorld } from '../support/daemon-world.ts';
import { eventually } from '../support/eventually.ts';
import { leaveGoBase } from '../support/left-base.ts';

const SLACK = new URL('../../../spec/fixtures/go-vili-slack.jsonl', import.meta.url);

interface Received {
  readonly u: string;
  readonly b: string;
  readonly auth?: string;
}

/** What the Go program sent in the same situation, word for word, with the names of this base. */
function sentByGo(): { logOn: string; messages: string[] } {
  const lines = readFileSync(SLACK, 'utf8').trim().split('\n');
  const requests = lines.map((line) => JSON.parse(line) as Received);
  const messages = requests
    .filter(({ u }) => u.endsWith('/message'))
    .map(({ b }) => b.replaceAll('demosvc', 'shop').replaceAll('host: vm', `host: ${hostname()}`));
  return { logOn: requests[0]?.b ?? '', messages };
}

/** Whydah and the Slack gateway in one. */
async function withGateway(use: (uri: string, received: Received[]) => Promise<void>) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let b = '';
    request.setEncoding('utf8').on('data', (text: string) => (b += text));
    request.on('end', () => {
      const { url: u = '', headers } = request;
      received.push({ u, b, auth: headers.authorization ?? '' });
      response.end(
        u === '/tokenservice/logon'
          ? '<applicationtoken><params><applicationtokenID>tok123</applicationtokenID></params></applicationtoken>'
          : '',
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, received);
  } finally {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }
}

/**
 * The version that the Go program would start in a role, by the rules of its `GetFirstServerDir` and
 * `CreateNewServerInstanceStructure`: the link is read once, its text is the absolute path of the folder, the folder of
 * its folder is the base, and the server file in it has its name.
 */
async function foundByGo(base: string, role: 'running' | 'test'): Promise<string> {
  const folder = await readlink(join(base, `shop-${role}`));
  expect(dirname(folder)).to.equal(base);
  await access(join(folder, `${basename(folder)}.mjs`));
  return basename(folder);
}

describe('A daemon in place of the Go program', function () {
  this.timeout(240_000);

  it('has its name, links, logs and messages, and leaves a base that it can take back', () =>
    withGateway(async (uri, received) => {
      const settings = {
        verdict_mode: 'manual',
        log_dir: 'logs_vili',
        slack_channel: 'C02T3A66D2N',
        entraos_api_uri: uri,
        whydah_uri: uri,
        whydah_application_id: 'id1',
        whydah_application_name: 'EntraOS Vili',
        whydah_application_secret: 's3cret',
        app_icon: ':app:',
        env_icon: ':env:',
        env: 'devtest',
      };
      await withWorld(settings, async (world) => {
        const left = await leaveGoBase(world, 'B');
        const daemon = world.start();
        await daemon.serving('shop-1.0.0');
        await daemon.testing('shop-1.0.1');
        expect(await readFile(`/proc/${daemon.pid}/comm`, 'utf8')).to.equal('vili\n');
        expect(await foundByGo(world.base, 'running')).to.equal('shop-1.0.0');
        expect(await foundByGo(world.base, 'test')).to.equal('shop-1.0.1');
        const users = world.users(40);
        for (const role of ['running', 'test']) {
          const log = join(world.base, `logs_shop-${role}/json/shop.log`);
          await eventually(`${role} logs there`, async () => {
            return (await readFile(log, 'utf8').catch(() => '')).includes('\n');
          });
        }
        const { code, stderr } = await world.vili('promote', '--yes', '--reason', 'for a spec');
        expect(code, stderr).to.equal(0);
        await daemon.serving('shop-1.0.1');
        expect(await users.stop()).to.include({ failed: 0 });
        const { logOn, messages } = sentByGo();
        const [started = '', , switching = '', switched = ''] = messages;
        await eventually('all is told', () => received.some(({ b }) => b === switched));
        const told = received.filter(({ u }) => u === '/slack/api/message');
        expect(told.map(({ b }) => b)).to.include.members([started, switching, switched]);
        expect(told.every(({ auth }) => auth === 'Bearer tok123')).to.equal(true);
        expect(received[0]).to.include({ u: '/tokenservice/logon', b: logOn });
        await daemon.kill('SIGTERM');
        const lines = await readFile(join(world.base, 'logs_vili/json/vili.log'), 'utf8');
        for (const line of lines.trim().split('\n')) {
          expect(JSON.parse(line)).to.include.keys('@timestamp', 'level', 'message');
        }
        expect(await foundByGo(world.base, 'running')).to.equal('shop-1.0.1');
        // Without a version under test there is no link, as before the first one.
        const link = await readlink(join(world.base, 'shop-test')).catch(codeOf);
        expect(link).to.equal('ENOENT');
        const now = await listingOf(world.base);
        const moved = /current|logs$|logs_shop|shop-(running|test) ->/;
        expect(now).to.include.members(left.filter((line) => !moved.test(line)));
        expect(now).to.include('l shop-running -> shop-1.0.1');
        expect(now.find((line) => line.startsWith('l logs_shop-running'))).to.match(
          /-> shop-1\.0\.1\/\d+_running\/logs$/,
        );
      });
    }));
});

import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { controlClient } from '../../lib/operator/client/client.ts';
import type { Daemon } from '../support/daemon.ts';
import { DaemonWorld } from '../support/daemon-world.ts';
import { freePort } from '../support/ports.ts';

const TOKEN = 'a-token-of-24-characters';

describe('The API over TCP', function () {
  this.timeout(60_000);
  let world: DaemonWorld;
  let daemon: Daemon;
  let url: string;

  before(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    world = await DaemonWorld.create({ admin_listen: `127.0.0.1:${port}`, admin_token: TOKEN });
    daemon = await world.startServing();
  });
  after(() => world.end());

  it('shows strangers of this host what happens to versions, and nothing that users sent', async () => {
    for (const path of ['status', 'verdict', 'history', 'tree']) {
      expect((await fetch(`${url}/v1/${path}`)).status, path).to.equal(200);
    }
    for (const path of ['differences', 'report', 'trace', 'differences?sample=x']) {
      const response = await fetch(`${url}/v1/${path}`);
      expect(response.status, path).to.equal(401);
      expect(response.headers.get('www-authenticate')).to.equal('Bearer');
    }
  });

  it('needs the token for every act, without which nothing happens', async () => {
    const acts = 'promote reject retest rollback pause resume accept reload replay'.split(' ');
    const before = await daemon.client.history();
    for (const act of acts) {
      for (const authorization of [undefined, 'Bearer wrong']) {
        const response = await fetch(`${url}/v1/${act}`, {
          method: 'POST',
          headers: authorization === undefined ? {} : { authorization },
          body: '{"by":"mallory"}',
        });
        expect([401, 429], act).to.include(response.status);
        await response.body?.cancel();
      }
    }
    expect(await daemon.client.history()).to.deep.equal(before);
  });

  it('says in the history who acted, and from where', async () => {
    const client = controlClient({ url, token: TOKEN });
    // Guesses of the test before this one count for a while.
    await daemon.until('the address may ask again', () =>
      client.status().then(
        () => true,
        () => false,
      ),
    );
    await client.pause({ by: 'ann@laptop' });
    const [last] = (await daemon.client.history()).slice(-1);
    expect(last).to.include({ event: 'paused', by: 'ann@laptop from 127.0.0.1' });
  });

  it('lets the command line of another host look and act', async () => {
    const tokenFile = join(world.base, 'token');
    await writeFile(tokenFile, `${TOKEN}\n`);
    const remote = ['--url', url, '--token-file', tokenFile];
    const status = await world.vili('status', ...remote);
    expect(status.stdout)
      .to.contain('shop-1.0.0'.slice(5))
      .and.match(/paused|nothing is promoted/i);
    expect(await world.vili('resume', '--yes', ...remote)).to.include({ code: 0 });
    expect((await world.vili('status', '--url', url)).code).to.equal(0);
    const refused = await world.vili('pause', '--yes', '--url', url);
    expect(refused.code).to.equal(6);
    expect(refused.stderr).to.contain('needs the token of admin.token');
    expect((await world.vili('check', ...remote)).code).to.equal(2);
    expect((await world.vili('status', '--url', 'ftp://x')).code).to.equal(2);
    const gone = await world.vili('status', '--url', 'http://127.0.0.1:1');
    expect(gone.code).to.equal(5);
    expect(gone.stderr).to.contain('nobody listens on http://127.0.0.1:1');
  });

  it('is refused to pages of other origins and too large bodies', async () => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const cross = await fetch(`${url}/v1/status`, {
      headers: { ...headers, origin: 'http://evil.example' },
    });
    expect(cross.status).to.equal(403);
    const large = await fetch(`${url}/v1/pause`, {
      method: 'POST',
      headers,
      body: 'x'.repeat(100_000),
    });
    expect(large.status).to.equal(413);
  });

  it('goes on over TLS, and keeps the token out of the logs', async function () {
    const pem = (name: string): string => join(world.base, `${name}.pem`);
    const made = spawnSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=localhost',
        '-addext',
        'subjectAltName=IP:127.0.0.1',
        '-keyout',
        pem('key'),
        '-out',
        pem('cert'),
      ],
      { encoding: 'utf8' },
    );
    if (made.status !== 0) this.skip();
    await daemon.kill('SIGTERM');
    const secure = await world.startServing({
      args: ['--set', `admin.cert=${pem('cert')}`, '--set', `admin.key=${pem('key')}`],
    });
    const safeUrl = url.replace('http:', 'https:');
    const asked = spawnSync(
      'curl',
      [
        '-s',
        '--cacert',
        pem('cert'),
        '-H',
        `Authorization: Bearer ${TOKEN}`,
        `${safeUrl}/v1/report`,
      ],
      { encoding: 'utf8' },
    );
    expect(asked.stdout).to.equal('null\n');
    expect(secure.output).to.not.contain(TOKEN);
    expect(
      await readFile(join(world.base, '.vili', 'trace.jsonl'), 'utf8').catch(() => ''),
    ).to.not.contain(TOKEN);
  });
});

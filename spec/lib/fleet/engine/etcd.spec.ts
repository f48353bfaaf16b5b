import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { Change } from '../../../../lib/fleet/engine/coordinator.ts';
import { EtcdCoordinator } from '../../../../lib/fleet/engine/etcd/etcd.ts';
import { hasProgram, makeCertificate } from '../../../support/certificates.ts';
import { type EtcdNode, withEtcd } from '../../../support/etcd.ts';
import { eventually } from '../../../support/eventually.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

import { describeContract } from './contract.ts';

const NO_LOGIN = { user: '', password: '', ca: null };
const PREFIX = '/vili-spec/etcd/';

describe('etcd through its JSON gateway (skipped where etcd is absent)', () => {
  let node: EtcdNode | null = null;
  let done: () => void = () => undefined;
  let ended: Promise<unknown> = Promise.resolve();
  const here = (): EtcdNode => {
    if (node === null) throw new Error('etcd has not started');
    return node;
  };

  before(async function () {
    this.timeout(40_000);
    if (!hasProgram('etcd')) return this.skip();
    await new Promise<void>((resolve, reject) => {
      ended = withTempFolder((folder) =>
        withEtcd(folder, 1, async ([first]) => {
          node = first ?? null;
          resolve();
          await new Promise<void>((end) => {
            done = end;
          });
        }),
      );
      ended.catch(reject);
    });
  });

  after(async () => {
    done();
    await ended;
  });

  describeContract(() => ({
    connect: () => new EtcdCoordinator({ endpoints: [here().endpoint], ...NO_LOGIN }),
    compact: async () => {
      const { header } = await here().call('/v3/kv/range', { key: 'Lw==' });
      const { revision } = header as { revision: string };
      await here().call('/v3/kv/compaction', { revision });
    },
  }));

  it('goes on at another endpoint when one does not reply', async () => {
    const endpoints = ['http://127.0.0.1:1', here().endpoint];
    const client = new EtcdCoordinator({ endpoints, ...NO_LOGIN });
    await client.put(`${PREFIX}a`, '1');
    expect((await client.get(PREFIX)).entries).to.have.length(1);
    client.close();
  });

  it('resumes a watch after etcd was killed and is back, and keeps what was written', async function () {
    this.timeout(40_000);
    const client = new EtcdCoordinator({ endpoints: [here().endpoint], ...NO_LOGIN });
    const seen: (string | undefined)[] = [];
    const { revision } = await client.get(PREFIX);
    client.watch(PREFIX, revision, {
      changed: (changes) => seen.push(...changes.map(({ entry }) => entry?.value)),
      lost: (problem) => seen.push(problem),
    });
    await client.put(`${PREFIX}b`, 'before');
    await eventually('the first is told', () => seen.length === 1);
    await here().kill();
    const failure = await client.put(`${PREFIX}b`, 'meanwhile').catch((error: unknown) => error);
    expect(failure).to.have.property('code', 'VILI_FLEET_ENGINE');
    await here().start();
    await client.put(`${PREFIX}b`, 'after');
    await eventually('the next is told', () => seen.length === 2);
    expect(seen).to.deep.equal(['before', 'after']);
    client.close();
  });

  it('says when nobody compacts etcd, and not when somebody does', async () => {
    const client = new EtcdCoordinator({
      endpoints: [here().endpoint],
      ...NO_LOGIN,
      uncompactedMax: 5,
    });
    for (let at = 0; at < 10; at += 1) await client.put(`${PREFIX}c`, String(at));
    expect(await client.trouble()).to.match(/--auto-compaction-retention/);
    const { revision } = await client.get(PREFIX);
    await here().call('/v3/kv/compaction', { revision: String(revision) });
    expect(await client.trouble()).to.equal(null);
    client.close();
  });

  it('logs in as a user, again when etcd has forgotten the token, and never shows the password', async () => {
    const node = here();
    await node.call('/v3/auth/user/add', { name: 'root', password: 'root-secret' });
    await node.call('/v3/auth/user/grant', { user: 'root', role: 'root' });
    await node.call('/v3/auth/enable', {});
    const login = { endpoints: [node.endpoint], ca: null, user: 'root' };
    const client = new EtcdCoordinator({ ...login, password: 'root-secret' });
    const wrong = new EtcdCoordinator({ ...login, password: 'wrong-secret' });
    const stranger = new EtcdCoordinator({ endpoints: [node.endpoint], ...NO_LOGIN });
    try {
      const changes: Change[] = [];
      await client.put(`${PREFIX}d`, '1');
      const { revision } = await client.get(PREFIX);
      client.watch(PREFIX, revision, {
        changed: (some) => changes.push(...some),
        lost: () => undefined,
      });
      await client.put(`${PREFIX}d`, '2');
      await eventually('a watch sees it', () => changes.length === 1);
      const failed = await wrong.get(PREFIX).catch((error: unknown) => String(error));
      expect(failed)
        .to.match(/authentication failed/)
        .and.not.match(/secret/);
      expect(await stranger.get(PREFIX).catch(() => 'refused')).to.equal('refused');
      // The tokens of etcd 3.4 do not outlive the node.
      await node.kill();
      await node.start();
      await client.put(`${PREFIX}d`, '3');
      expect(
        (await client.get(PREFIX)).entries.find(({ key }) => key.endsWith('d'))?.value,
      ).to.equal('3');
    } finally {
      const { token } = (await node.call('/v3/auth/authenticate', {
        name: 'root',
        password: 'root-secret',
      })) as { token: string };
      await fetch(`${node.endpoint}/v3/auth/disable`, {
        method: 'POST',
        headers: { Authorization: token },
        body: '{}',
      });
      for (const one of [client, wrong, stranger]) one.close();
    }
  });

  it('trusts a TLS endpoint by the authority it is given, and no other', async () => {
    await withTempFolder(async (folder) => {
      const { cert, certFile, keyFile } = makeCertificate(folder, 'etcd');
      const key = await readFile(keyFile);
      const server = createSecureServer({ cert: await readFile(certFile), key }, (_, response) =>
        response.end('{"header":{"revision":"7"}}'),
      );
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const endpoints = [`https://127.0.0.1:${(server.address() as AddressInfo).port}`];
      const trusting = new EtcdCoordinator({ ...NO_LOGIN, endpoints, ca: cert });
      const other = new EtcdCoordinator({ ...NO_LOGIN, endpoints });
      expect(await trusting.get(PREFIX)).to.deep.equal({ entries: [], revision: 7 });
      expect(await other.get(PREFIX).catch(String)).to.match(/self-signed certificate/);
      trusting.close();
      other.close();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });
  });

  it('loses no acknowledged write of three nodes while two of them are killed one after the other', async function () {
    this.timeout(90_000);
    await withTempFolder((folder) =>
      withEtcd(folder, 3, async (nodes) => {
        const endpoints = nodes.map(({ endpoint }) => endpoint);
        const client = new EtcdCoordinator({ endpoints, ...NO_LOGIN });
        const leadership = await client.lead(`${PREFIX}leader`, 'a', await client.lease(60_000));
        if (leadership === null) throw new Error('somebody else leads');
        const key = `${PREFIX}count`;
        let acknowledged = 0;
        /** Writes whose fate is unknown. */
        let lost = 0;
        const add = async (): Promise<void> => {
          try {
            const [found] = (await client.get(key)).entries;
            const value = String(Number(found?.value ?? 0) + 1);
            const revision = found?.revision ?? 0;
            if (await client.write({ key, revision, value, leadership })) acknowledged += 1;
            // A write that is sent again after its reply got lost finds a value that is its own.
            else lost += 1;
          } catch {
            lost += 1;
          }
        };
        for (const node of nodes.slice(0, 2)) {
          for (let at = 0; at < 20; at += 1) await add();
          await node.kill();
          for (let at = 0; at < 20; at += 1) await add();
          await node.start();
        }
        const count = Number((await client.get(key)).entries[0]?.value);
        expect(acknowledged).to.be.above(40);
        expect(count).to.be.within(acknowledged, acknowledged + lost);
        client.close();
      }),
    );
  });

  it('fails in a bounded time, with its name, when what replies is not etcd', async () => {
    const server = createServer((_, response) => response.end('<html>hello</html>'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = new EtcdCoordinator({ endpoints: [`http://127.0.0.1:${port}`], ...NO_LOGIN });
    const failed = await client.get(PREFIX).catch((error: unknown) => error);
    expect(failed).to.have.property('code', 'VILI_FLEET_ENGINE');
    client.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
});

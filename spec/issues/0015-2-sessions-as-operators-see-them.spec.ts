import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import type { Report } from '../../lib/evaluation/report/report.ts';
import { type DaemonWorld, withWorld } from '../support/daemon-world.ts';
import { eventually } from '../support/eventually.ts';

const USERS = 4;
const REQUESTS = 12;
const SETTINGS = { verdict_speed: 'report', verdict_min_time: '3s' };

/** A shop that keeps its sessions in memory. */
function shop(): string {
  const module = fileURLToPath(new URL('../support/state-app.js', import.meta.url));
  return (
    `import { inMemory, serveStateApp } from ${JSON.stringify(pathToFileURL(module).href)};\n` +
    `serveStateApp({ kind: 'cookie', store: inMemory() });\n`
  );
}

/** Users who log in, look around and begin anew, until they are told to stop. */
function startUsers({ port }: DaemonWorld): () => Promise<void> {
  const leaving = new AbortController();
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      ...init,
      redirect: 'manual',
    });
    await response.arrayBuffer();
    return response;
  };
  const user = async (): Promise<void> => {
    while (!leaving.signal.aborted) {
      const { headers } = await ask('/login', { method: 'POST' });
      const own = { headers: { Cookie: headers.get('set-cookie')?.split(';')[0] ?? '' } };
      for (let index = 0; index < REQUESTS && !leaving.signal.aborted; index++) {
        await ask('/account', own);
        await ask('/orders', own);
        await ask(`/items/${index}`, own);
      }
    }
  };
  const done = Promise.all(Array.from({ length: USERS }, user));
  return async () => {
    leaving.abort();
    await done;
  };
}

async function whyOf(world: DaemonWorld): Promise<Report> {
  return JSON.parse((await world.vili('why', '--json')).stdout) as Report;
}

describe('Issue 15, 2: sessions in memory as operators see them', function () {
  this.timeout(90_000);

  it('holds the same build with the rule to set, and promotes it once that is accepted', () =>
    withWorld(SETTINGS, async (world) => {
      await world.arrive('shop-1.0.0.mjs', shop());
      const daemon = world.start();
      await daemon.serving('shop-1.0.0');
      const stop = startUsers(world);
      try {
        await world.arrive('shop-1.1.0.mjs', shop());
        await daemon.testing('shop-1.1.0');
        const held = await eventually(
          'it is held',
          async () => {
            const report = await whyOf(world);
            return report.reasons.some(({ code }) => code === 'own-state') ? report : null;
          },
          40_000,
        );
        const reason = held.reasons.find(({ code }) => code === 'own-state');
        expect(reason?.text).to.match(
          /^[\d.]+ % of the requests carry sessions that only running knows: cookie `connect\.sid`, set by `POST \/login`, which is not copied/,
        );
        expect(reason?.text).to.contain('mirror.rules="POST /login on"');
        const { stdout } = await world.vili('why');
        expect(stdout.split('\n').length).to.be.at.most(30);
        expect(stdout).to.contain('accept it: vili accept shop-1.1.0 own-state');
        expect(stdout).to.contain('not judged');
        await world.vili('accept', 'shop-1.1.0', 'own-state', '--yes');
        await daemon.recorded('promoted', 'shop-1.1.0', 40_000);
      } finally {
        await stop();
      }
    }));

  it('promotes the same build where log-ins are copied, and says how many sessions it translated', () =>
    withWorld({ ...SETTINGS, mirror_rules: 'POST /login on' }, async (world) => {
      await world.arrive('shop-1.0.0.mjs', shop());
      const daemon = world.start();
      await daemon.serving('shop-1.0.0');
      await world.arrive('shop-1.1.0.mjs', shop());
      await daemon.testing('shop-1.1.0');
      const stop = startUsers(world);
      try {
        await daemon.recorded('promoted', 'shop-1.1.0', 60_000);
        const { stdout } = await world.vili('why', 'shop-1.1.0');
        expect(stdout).to.match(/\d+ sessions? translated/);
        expect(stdout).to.not.contain('only running knows');
      } finally {
        await stop();
      }
    }));
});

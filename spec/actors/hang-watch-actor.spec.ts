import { expect } from 'chai';
import {
  type HangWatchDeps,
  type HangWatchMessage,
  hangWatchActor,
} from '../../actors/hang-watch-actor.ts';
import type { DeployerMessage, DeploymentView } from '../../actors/messages.ts';
import type { Deployment } from '../../lib/deployment/state.ts';
import { NOTHING_DEPLOYED } from '../../lib/deployment/state.ts';
import type { Target } from '../../lib/model/exchange.ts';
import { type Inbox, inbox, type Stage, withActor } from '../support/actor-kit.ts';
import { eventually } from '../support/eventually.ts';

const target = (version: number): Target => {
  return { instance: `shop-${version}/1_running`, host: '127.0.0.1', port: 1000 + version };
};

function release(version: number) {
  const name = `shop-${version}`;
  return {
    fileName: `${name}.mjs`,
    name,
    version: `${version}`,
    extension: '.mjs',
    fingerprint: name,
  };
}

const ON_PROBATION: Deployment = {
  ...NOTHING_DEPLOYED,
  running: { release: release(2), phase: 'ready', target: target(2) },
  previous: { release: release(1), target: target(1), untilMs: 1e9 },
};

class Fixture {
  readonly deployer: Inbox<DeployerMessage> = inbox<DeployerMessage>();
  readonly moved: Target[] = [];
  readonly probed: string[] = [];
  nowMs = 0;
  heard = 1;
  instance = target(2).instance;
  deployment = ON_PROBATION;
  /** Who responds to a probe. */
  responding: readonly string[] = [target(1).instance];

  readonly deps: HangWatchDeps = {
    deployer: this.deployer,
    heard: () => ({ instance: this.instance, heard: this.heard, waitingNow: 3 }),
    describe: () => Promise.resolve({ deployment: this.deployment } as DeploymentView),
    probe: ({ instance }) => {
      this.probed.push(instance);
      const ok = this.responding.includes(instance);
      return Promise.resolve({ ok, status: ok ? 200 : null, text: '' });
    },
    moveOn: (it) => this.moved.push(it),
    now: () => this.nowMs,
  };

  /** So many seconds without a byte; `tick` is what its timer would send. */
  async silent(seconds: number, { actor }: Stage<HangWatchMessage>): Promise<void> {
    for (let n = 0; n < seconds * 4; n++) {
      this.nowMs += 250;
      actor.tell({ type: 'tick' });
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

describe('The hang watch', () => {
  it('reports a version on probation that is silent while previous responds, and moves its users on', async () => {
    const it = new Fixture();
    await withActor(
      () => hangWatchActor(it.deps),
      async (stage) => {
        await it.silent(5, stage);
        const event = await it.deployer.next('worse-on-probation');
        expect(event).to.include({ name: 'shop-2', by: 'vili' });
        expect(event.reasons[0]).to.include({ code: 'hang', limit: 3 });
        expect(event.reasons[0]?.observed).to.be.at.least(3);
        expect(it.moved, 'users are not gone yet').to.deep.equal([]);
        it.instance = target(1).instance;
        it.heard++;
        await eventually('they are', () => it.moved.length === 1);
        expect(it.moved).to.deep.equal([target(2)]);
      },
    );
  });

  it('reports nothing of one that responds to a probe, of a previous that does not, or outside a probation', async () => {
    const both = [target(1).instance, target(2).instance];
    const alone = { ...ON_PROBATION, previous: null };
    for (const [responding, deployment] of [
      [both, ON_PROBATION],
      [[], ON_PROBATION],
      [[target(1).instance], alone],
    ] as const) {
      const it = new Fixture();
      Object.assign(it, { responding, deployment });
      await withActor(
        () => hangWatchActor(it.deps),
        async (stage) => {
          await it.silent(6, stage);
          expect(it.deployer.messages).to.deep.equal([]);
          expect(it.probed.length > 0).to.equal(deployment.previous !== null);
        },
      );
    }
  });

  it('reports one that has a share of the users and is silent while running responds', async () => {
    const it = new Fixture();
    const steps = [{ share: 0.05, ms: 60_000 }];
    const stepping = { steps, at: 0, salt: 'salt', key: null, leftMs: 60_000, sinceMs: 0 };
    it.deployment = {
      ...NOTHING_DEPLOYED,
      running: { release: release(1), phase: 'ready', target: target(1) },
      testing: { release: release(2), phase: 'testing', crashes: 0, sinceMs: 0, begun: true },
      promotion: {
        phase: 'stepping',
        by: 'vili',
        reasons: [],
        stepping: { ...stepping, target: target(2) },
      },
    };
    await withActor(
      () => hangWatchActor(it.deps),
      async (stage) => {
        await it.silent(5, stage);
        const event = await it.deployer.next('worse-on-probation');
        expect(event).to.include({ name: 'shop-2', by: 'vili' });
        expect(event.reasons[0]?.text).to.match(/while requests waited, and running responds$/);
      },
    );
  });

  it('asks nobody anything while bytes come', async () => {
    const it = new Fixture();
    await withActor(
      () =>
        hangWatchActor({
          ...it.deps,
          heard: () => ({ instance: it.instance, heard: it.nowMs, waitingNow: 1 }),
        }),
      async (stage) => {
        await it.silent(6, stage);
        expect(it.probed).to.deep.equal([]);
      },
    );
  });
});

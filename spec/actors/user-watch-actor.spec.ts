import { expect } from 'chai';
import type { DeployerMessage } from '../../actors/messages.ts';
import { type UserWatchDeps, userWatchActor } from '../../actors/user-watch-actor.ts';
import { type OnProbation, UserEvidence } from '../../lib/evaluation/users/user-evidence.ts';
import type { TrafficObservation } from '../../lib/model/exchange.ts';
import type { TrafficListener } from '../../lib/proxy/copy/traffic.ts';
import { type Inbox, inbox, recordingJournal, withActor } from '../support/actor-kit.ts';
import { eventually } from '../support/eventually.ts';

const START_MS = 1_700_000_000_000;
const PAIR: OnProbation = { version: 'shop-2', previous: 'shop-1' };

class Fixture {
  readonly deployer: Inbox<DeployerMessage> = inbox<DeployerMessage>();
  readonly journal = recordingJournal();
  readonly saved: unknown[] = [];
  readonly listeners = new Set<TrafficListener>();
  asked = 0;
  nowMs = START_MS;
  routed = 'shop-1/1_running';
  pair: OnProbation | null = null;
  loaded: () => Promise<unknown> = () => Promise.resolve(null);

  readonly deps: UserWatchDeps = {
    deployer: this.deployer,
    onTraffic: (listener) => {
      this.listeners.add(listener);
      return () => this.listeners.delete(listener);
    },
    endpointOf: (method, path) => `${method} ${path}`,
    createEvidence: () =>
      new UserEvidence(() => ({ margin: 0.005, warmupTimeMs: 0, speed: 'block' })),
    routed: () => this.routed,
    onProbation: () => {
      this.asked++;
      return Promise.resolve(this.pair);
    },
    load: () => this.loaded(),
    save: (checkpoint) => {
      this.saved.push(checkpoint);
      return Promise.reject(new Error('no space'));
    },
    now: () => this.nowMs,
    journal: this.journal,
  };

  /** So many seconds of 20 orders a second; every `failing`-th of them is a 500. */
  serve(seconds: number, failing: number): void {
    const batch = Array.from({ length: seconds * 20 }, (_, n): TrafficObservation => {
      const status = n % failing === failing - 1 ? 500 : 201;
      const request = { endpointMethod: 'POST', path: '/orders', operation: '', kind: '' };
      const response = { status, failure: null, ms: 5, bytes: 2, copied: false };
      const who = { instance: this.routed, client: `client ${n % 50}` };
      return { ...request, ...response, ...who, atMs: this.nowMs + n * 50 };
    });
    this.nowMs += seconds * 1000;
    for (const listener of this.listeners) listener(batch);
  }

  /** Time passes, ten seconds at a time, until this is so. */
  async passing(what: string, isSo: () => boolean): Promise<void> {
    await eventually(what, () => {
      this.nowMs += 10_000;
      return isSo() ? true : null;
    });
  }

  /** Users are moved to version 2, on probation. */
  async promote(): Promise<void> {
    this.routed = 'shop-2/1_running';
    this.pair = PAIR;
    const before = this.asked;
    // Asked twice: the first answer has been taken in.
    await this.passing('it is asked', () => this.asked > before + 1);
  }
}

describe('The user watch', () => {
  it('reports a version on probation that serves users worse, and repeats it every 5 s', async () => {
    const it = new Fixture();
    await withActor(
      () => userWatchActor(it.deps),
      async () => {
        it.serve(120, Number.POSITIVE_INFINITY);
        await it.promote();
        it.serve(60, 4);
        const event = await it.deployer.next('worse-on-probation');
        expect(event).to.include({ name: 'shop-2', by: 'vili' });
        expect(event.reasons[0]?.text).to.match(/^POST \/orders: \d+ of .* were 5xx/);
        await it.passing('it is repeated', () => it.deployer.messages.length > 1);
      },
    );
  });

  it('says nothing of a good one, nor of one that is not on probation', async () => {
    const it = new Fixture();
    await withActor(
      () => userWatchActor(it.deps),
      async () => {
        it.serve(120, Number.POSITIVE_INFINITY);
        await it.promote();
        it.serve(60, Number.POSITIVE_INFINITY);
        const asked = it.asked;
        it.pair = null;
        await it.passing('it is asked again', () => it.asked > asked + 1);
        it.serve(60, 2);
        const later = it.asked;
        await it.passing('it is asked once more', () => it.asked > later + 1);
        expect(it.deployer.messages).to.deep.equal([]);
      },
    );
  });

  it('saves what it knows, goes on when that fails, and says when it cannot read it', async () => {
    const it = new Fixture();
    it.loaded = () => Promise.reject(new Error('it is not JSON'));
    await withActor(
      () => userWatchActor(it.deps),
      async () => {
        it.serve(10, Number.POSITIVE_INFINITY);
        await it.passing('it is saved again', () => it.saved.length > 1);
        expect(it.saved[1]).to.be.an('array').with.length(1);
        expect(it.journal.lines).to.deep.equal([
          'warn what users got before is not known: it is not JSON',
        ]);
      },
    );
  });

  it('saves what it knows at its end, for the Vili that comes next', async () => {
    const it = new Fixture();
    await withActor(
      () => userWatchActor(it.deps),
      async () => {
        it.serve(10, Number.POSITIVE_INFINITY);
        await it.passing('it was told', () => it.asked > 1);
      },
    );
    expect(JSON.stringify(it.saved.at(-1))).to.contain('"version":"shop-1"');
  });

  it('listens once, also after it was restarted', async () => {
    const it = new Fixture();
    await withActor(
      () => userWatchActor(it.deps),
      async ({ crash }) => {
        await crash();
        expect(it.listeners.size).to.equal(1);
      },
    );
  });
});

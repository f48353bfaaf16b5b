import { expect } from 'chai';
import type {
  ComparatorMessage,
  DeployerMessage,
  TrafficCounts,
  TrafficMirrorMessage,
} from '../../actors/messages.ts';
import type { MetricsMessage } from '../../actors/metrics/messages.ts';
import { type TrafficMirrorDeps, trafficMirrorActor } from '../../actors/traffic-mirror-actor.ts';
import type { Target, TrafficObservation } from '../../lib/model/exchange.ts';
import { NO_ROUTE, type Route } from '../../lib/proxy/route.ts';
import type { CopyRules } from '../../lib/proxy/settings.ts';
import { asked, inbox, recordingJournal, type Stage, withActor } from '../support/actor-kit.ts';
import { eventually } from '../support/eventually.ts';

const RUNNING = targetOf('shop-1/1_running');
const TESTING = targetOf('shop-2/1_test');
const OBSERVED: TrafficObservation = {
  endpointMethod: 'GET',
  instance: 'shop-1/1_running',
  client: '10.0.0.1',
  operation: '',
  kind: '',
  bytes: 2,
  path: '/items/1',
  status: 200,
  ms: 3,
  failure: null,
  atMs: 1000,
  copied: true,
};

describe('The traffic mirror', () => {
  it('sets the route to the running version, and to none', async () => {
    const fixture = new Fixture();
    await fixture.run(async ({ actor }) => {
      actor.tell({ type: 'route', target: RUNNING });
      actor.tell({ type: 'route', target: null });
      await fixture.calls(2);
      expect(fixture.log).to.deep.equal(['route shop-1/1_running', 'route none']);
      expect(fixture.served).to.deep.equal(['shop-1/1_running', 'none']);
    });
  });

  it('begins a test once both versions are ready, whichever is first', async () => {
    for (const order of ['running first', 'testing first']) {
      const fixture = new Fixture();
      await fixture.run(async ({ actor }) => {
        const messages = [ROUTE, MIRROR];
        for (const message of order === 'running first' ? messages : messages.toReversed()) {
          actor.tell(message);
        }
        await eventually('it mirrors', () => fixture.route.mirroring);
        expect(fixture.log, order).to.include(
          'begin shop-2: shop-2/1_test beside shop-1/1_running',
        );
        expect(fixture.log.at(-1)).to.equal('route shop-1/1_running, mirroring');
      });
    }
  });

  it('keeps the rules of copies for as long as a test goes on, whatever is reloaded', async () => {
    const fixture = new Fixture();
    await fixture.run(async ({ actor }) => {
      const first = fixture.copyRules;
      for (const message of [ROUTE, MIRROR]) actor.tell(message);
      await eventually('it mirrors', () => fixture.route.mirroring);
      fixture.copyRules = { ...first, sample: 0.5 };
      actor.tell({ type: 'route', target: targetOf('shop-1/2_running') });
      await eventually(
        'running moved',
        () => fixture.route.running?.instance === 'shop-1/2_running',
      );
      expect(fixture.route.copies).to.equal(first);
      actor.tell({ ...MIRROR, name: 'shop-3' });
      await eventually('another begins', () => fixture.begun === 2);
      await eventually('its rules are set', () => fixture.route.copies === fixture.copyRules);
    });
  });

  it('continues the same test when a servlet moved, and begins another one afresh', async () => {
    const fixture = new Fixture();
    await fixture.run(async ({ actor }) => {
      for (const message of [ROUTE, MIRROR]) actor.tell(message);
      actor.tell({ ...MIRROR, target: null });
      actor.tell({ ...MIRROR, target: targetOf('shop-2/2_test') });
      actor.tell({ type: 'route', target: targetOf('shop-1/2_running') });
      actor.tell({ type: 'mirror', name: 'shop-3', target: targetOf('shop-3/1_test') });
      await eventually('the other test begins', () => fixture.begun === 2);
      expect(fixture.log.filter((it) => !it.startsWith('route'))).to.deep.equal([
        'begin shop-2: shop-2/1_test beside shop-1/1_running',
        'retarget testing none',
        'retarget testing shop-2/2_test',
        'retarget running shop-1/2_running',
        'begin shop-3: shop-3/1_test beside shop-1/2_running',
      ]);
    });
  });

  it('ends the test when told so, and copies nothing any more', async () => {
    const fixture = new Fixture();
    await fixture.run(async ({ actor }) => {
      for (const message of [ROUTE, MIRROR]) actor.tell(message);
      actor.tell({ type: 'mirror-off' });
      await eventually('the test has ended', () => fixture.log.includes('end'));
      expect(fixture.log.slice(-2)).to.deep.equal(['route shop-1/1_running', 'end']);
    });
  });

  it('restores noise for a test that begins later, and for none of another name', async () => {
    const fixture = new Fixture();
    await fixture.run(async ({ actor }) => {
      actor.tell({ type: 'noise', name: 'shop-2', noise: 'learned' });
      for (const message of [ROUTE, MIRROR]) actor.tell(message);
      actor.tell({ type: 'mirror', name: 'shop-3', target: TESTING });
      await eventually('the other test begins', () => fixture.begun === 2);
      const restored = fixture.log.filter((it) => it.startsWith('noise'));
      expect(restored).to.deep.equal(['noise shop-2 learned', 'noise shop-2 learned']);
    });
  });

  it('replies to a drain when the proxy is done', async () => {
    const fixture = new Fixture();
    await fixture.run(async (stage) => {
      const drained = asked<TrafficMirrorMessage, unknown>(stage, (reply) => ({
        type: 'drain',
        target: RUNNING,
        timeoutMs: 70,
        reply,
      }));
      expect(await drained).to.deep.equal({ finished: 70, cut: 0 });
    });
  });

  it('counts the proxy first, then the mirror', async () => {
    const fixture = new Fixture();
    await fixture.run(async (stage) => {
      const make = (reply: Stage<TrafficCounts>['actor']) => ({ type: 'counts', reply }) as const;
      const counts = await asked<TrafficMirrorMessage, TrafficCounts>(stage, make);
      expect(counts).to.deep.equal({ proxy: 'proxy', mirror: 'mirror' });
      expect(fixture.log).to.deep.equal(['count proxy', 'count mirror']);
    });
  });

  it('passes on what was observed and what the mirror found', async () => {
    const fixture = new Fixture();
    await fixture.run(async ({ actor }) => {
      fixture.observe([OBSERVED]);
      actor.tell({ type: 'outcomes', batch: { testId: 'shop-2' } as never });
      await fixture.comparator.next('outcomes');
      expect(fixture.comparator.messages).to.deep.equal([
        { type: 'observed', batch: [OBSERVED] },
        { type: 'outcomes', batch: { testId: 'shop-2' } },
      ]);
    });
  });

  it('keeps a share of the users whatever else changes, and takes what they got for nothing of running', async () => {
    const fixture = new Fixture();
    await fixture.run(async ({ actor, crash }) => {
      const target = targetOf('shop-2/2_running');
      const share = { target, size: 0.05, salt: 'salt', key: null };
      actor.tell(ROUTE);
      actor.tell({ type: 'share', share });
      await eventually('users are shared', () => fixture.route.share === share);
      actor.tell({ type: 'route', target: targetOf('shop-1/2_running') });
      await eventually('running moved', () => fixture.route.running !== RUNNING);
      expect(fixture.route.share).to.equal(share);
      fixture.observe([{ ...OBSERVED, instance: target.instance }, OBSERVED]);
      await fixture.comparator.next('observed');
      expect(fixture.comparator.messages).to.deep.equal([{ type: 'observed', batch: [OBSERVED] }]);
      await crash();
      actor.tell(ROUTE);
      await eventually('it goes on', () => fixture.route.running === RUNNING);
      expect(fixture.route.share).to.equal(share);
      actor.tell({ type: 'share', share: null });
      await eventually('all are with running', () => fixture.route.share === undefined);
    });
  });

  it('names the version under test for those who may see it, and no other', async () => {
    const fixture = new Fixture({ hasPreview: true });
    await fixture.run(async ({ actor }) => {
      actor.tell(ROUTE);
      await fixture.calls(1);
      expect(fixture.route.preview).to.equal(null);
      actor.tell(MIRROR);
      await eventually('it is shown', () => fixture.route.preview === TESTING);
      const moved = targetOf('shop-2/2_test');
      actor.tell({ ...MIRROR, target: moved });
      await eventually('its new process is shown', () => fixture.route.preview === moved);
      actor.tell({ ...MIRROR, target: null });
      await eventually('it has none', () => fixture.route.preview === null);
      actor.tell({ ...MIRROR, target: moved });
      await eventually('it is shown again', () => fixture.route.preview === moved);
      actor.tell({ type: 'mirror-off' });
      await eventually('the test is over', () => fixture.route.preview === null);
      // Previous, on probation: users had that version before.
      actor.tell({ ...MIRROR, against: 'shop-1' });
      await eventually('copies go to it', () => fixture.route.mirroring);
      expect(fixture.route.preview).to.equal(null);
    });
  });

  it('keeps the route over a restart, asks for its orders, and listens to traffic once', async () => {
    const fixture = new Fixture();
    await fixture.run(async ({ actor, crash }) => {
      actor.tell(ROUTE);
      await fixture.calls(1);
      await crash();
      expect(fixture.deployer.types()).to.deep.equal(['resync']);
      expect(fixture.route.running).to.equal(RUNNING);
      expect(fixture.listeners).to.equal(1);
      actor.tell(MIRROR);
      await eventually('the test begins again', () => fixture.begun === 1);
    });
    expect(fixture.listeners).to.equal(0);
  });

  it('logs what happens to the mirror worker and to processes of the proxy', async () => {
    const fixture = new Fixture();
    await fixture.run(async ({ actor }) => {
      const test = { testId: 'shop-2' } as const;
      const lost = {
        reason: 'stalled',
        message: 'no progress',
        lost: 3,
        restartInMs: 100,
      } as const;
      actor.tell({ type: 'mirror-event', event: { kind: 'started', ...test, restarts: 0 } });
      actor.tell({ type: 'mirror-event', event: { kind: 'lost', ...test, ...lost } });
      const started = { kind: 'started', process: 2, pid: 7, restarts: 1 } as never;
      const ended = {
        kind: 'ended',
        process: 2,
        pid: 7,
        reason: 'code 1',
        connections: 4,
      } as never;
      actor.tell({ type: 'cluster-event', event: started });
      actor.tell({ type: 'cluster-event', event: ended });
      await eventually('all is logged', () => fixture.journal.lines.length === 4);
      expect(fixture.journal.lines).to.deep.equal([
        'info the mirror worker for shop-2 started',
        'warn the mirror worker for shop-2 was lost (stalled): no progress',
        'info proxy process 2 serves',
        'error proxy process 2 ended (code 1): 4 connections of users broke',
      ]);
    });
  });
});

// Private

const ROUTE: TrafficMirrorMessage = { type: 'route', target: RUNNING };
const MIRROR = { type: 'mirror', name: 'shop-2', target: TESTING } as const;

/** A traffic mirror whose proxy and mirror record what they are asked for. */
class Fixture {
  readonly comparator = inbox<ComparatorMessage>('/vili/comparator');
  readonly deployer = inbox<DeployerMessage>('/vili/deployer');
  readonly journal = recordingJournal();
  readonly log: string[] = [];
  /** Whom the mirror knows to serve users. */
  readonly served: string[] = [];
  route: Route = NO_ROUTE;
  copyRules: CopyRules = { methods: ['GET'], rules: [], sample: 1, sticky: null };
  listeners = 0;
  begun = 0;
  observe = (_batch: readonly TrafficObservation[]): void => {};

  readonly #hasPreview: boolean;

  constructor({ hasPreview = false } = {}) {
    this.#hasPreview = hasPreview;
  }

  run(use: (stage: Stage<TrafficMirrorMessage>) => Promise<void>): Promise<void> {
    return withActor(() => trafficMirrorActor(this.#deps()), use);
  }

  async calls(count: number): Promise<void> {
    await eventually(`${count} calls`, () => this.log.length >= count);
  }

  #deps(): TrafficMirrorDeps {
    const proxy = {
      route: () => this.route,
      setRoute: (route: Route) => {
        this.route = route;
        this.log.push(`route ${nameOf(route.running)}${route.mirroring ? ', mirroring' : ''}`);
      },
      drain: (_target: Target, timeoutMs: number) =>
        Promise.resolve({ finished: timeoutMs, cut: 0 }),
      counts: () => this.#count('proxy'),
      onTraffic: (listener: (batch: readonly TrafficObservation[]) => void) => {
        this.observe = listener;
        this.listeners += 1;
        return () => (this.listeners -= 1);
      },
    } as unknown as TrafficMirrorDeps['proxy'];
    const mirror = {
      begin: (test: { id: string; testing: Target; running: Target }) => {
        this.begun += 1;
        this.log.push(`begin ${test.id}: ${nameOf(test.testing)} beside ${nameOf(test.running)}`);
      },
      retarget: (change: Record<string, Target | null>) => {
        for (const [side, target] of Object.entries(change)) {
          this.log.push(`retarget ${side} ${nameOf(target)}`);
        }
      },
      routed: (target: Target | null) => this.served.push(nameOf(target)),
      observed: () => undefined,
      restoreNoise: (id: string, noise: string) => this.log.push(`noise ${id} ${noise}`),
      setSpeedMissing: () => undefined,
      end: () => {
        this.log.push('end');
        return Promise.resolve();
      },
      counts: () => this.#count('mirror'),
    } as unknown as TrafficMirrorDeps['mirror'];
    const { comparator, deployer, journal } = this;
    const copyRules = (): CopyRules => this.copyRules;
    const safeCopyRules = (): CopyRules => ({ ...this.copyRules, methods: ['GET'] });
    const rules = { copyRules, safeCopyRules };
    const metrics = inbox<MetricsMessage>('/vili/metrics');
    const to = { comparator, deployer, metrics };
    const hasPreview = this.#hasPreview;
    return { proxy, mirror, ...to, ...rules, hasPreview, servletPids: () => [7, 8], journal };
  }

  #count(what: string): string {
    this.log.push(`count ${what}`);
    return what;
  }
}

function targetOf(instance: string): Target {
  return { instance, host: '127.0.0.1', port: 9001 };
}

function nameOf(target: Target | null): string {
  return target?.instance ?? 'none';
}

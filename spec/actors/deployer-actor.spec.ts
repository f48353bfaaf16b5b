import { expect } from 'chai';
import { type DeployerDeps, deployerActor } from '../../actors/deployer-actor.ts';
import type {
  ArchivistMessage,
  ComparatorMessage,
  DeployerMessage,
  DeploymentView,
  NotifierMessage,
  TrafficMirrorMessage,
  VersionMessage,
} from '../../actors/messages.ts';
import type { Address } from '../../lib/actor/index.ts';
import type { ActReply } from '../../lib/deployment/acts.ts';
import { type Deployment, NOTHING_DEPLOYED } from '../../lib/deployment/state.ts';
import type { HistoryEntry } from '../../lib/model/history.ts';
import { reason, release, TAKEOVER } from '../lib/deployment/world.ts';
import { asked, inbox, recordingJournal, type Stage, withActor } from '../support/actor-kit.ts';
import { eventually } from '../support/eventually.ts';

const NOW_MS = 1_800_000_000_000;
const READY = {
  type: 'servlet-ready',
  name: 'shop-1',
  role: 'running',
  target: { instance: 'shop-1/1_running', host: '127.0.0.1', port: 9001 },
} as const;
/** One version runs, and one is on its way into the archive. */
const SAVED: Deployment = {
  ...NOTHING_DEPLOYED,
  running: { release: release(2), phase: 'ready', target: null },
  archiving: ['shop-1'],
};
/** One version runs, another is under test. */
const TESTING: Deployment = {
  ...NOTHING_DEPLOYED,
  running: { release: release(1), phase: 'ready', target: READY.target },
  testing: { release: release(2), phase: 'testing', crashes: 0, sinceMs: 7, begun: true },
};

describe('The deployer', () => {
  it('boots, saves, and stages the newest version', async () => {
    const fixture = new Fixture();
    fixture.booted = { saved: null, files: [release(1)] };
    await fixture.run(async () => {
      expect(await fixture.sentTo('shop-1')).to.deep.equal([
        { type: 'stage', release: release(1) },
      ]);
      expect(fixture.saved.at(-1)?.running?.release.name).to.equal('shop-1');
      expect(fixture.notifier.messages[0]).to.include({ event: 'starting', running: null });
    });
  });

  it('saves a state before it carries out what follows from it', async () => {
    const fixture = new Fixture();
    fixture.booted = { saved: null, files: [release(1)] };
    await fixture.run(async ({ actor }) => {
      actor.tell({ type: 'staged', name: 'shop-1' });
      actor.tell(READY);
      await eventually('users are routed', () => fixture.log.includes('route shop-1/1_running'));
      const saved = fixture.log.lastIndexOf('save');
      expect(saved).to.be.below(fixture.log.indexOf('route shop-1/1_running'));
    });
  });

  it('records an event in history, log and notification, and a decision in the report', async () => {
    const fixture = new Fixture();
    fixture.booted = { saved: TESTING, files: [] };
    await fixture.run(async ({ actor }) => {
      actor.tell({ type: 'staged', name: 'shop-1' });
      const reasons = [reason('too many errors')];
      const verdict = { type: 'verdict', name: 'shop-2', by: 'anna', reasons } as const;
      actor.tell({ ...verdict, decision: 'reject' });
      const { decision } = await fixture.comparator.next('decided');
      const at = new Date(NOW_MS).toISOString();
      const of = { at, version: 'shop-2', by: 'anna' };
      expect(decision).to.deep.equal({ verdict: 'rejected', ...of, running: 'shop-1', reasons });
      await eventually('the history', () => fixture.history.length === 1);
      const entry = { ...of, event: 'rejected', reasons: ['too many errors'] };
      expect(fixture.history).to.deep.equal([entry]);
      expect(fixture.recordings).to.deep.include([entry]);
      expect(fixture.journal.lines).to.include('warn shop-2 rejected: too many errors');
      const notified = fixture.notifier.messages.at(-1);
      expect(notified).to.include({ event: 'rejected', version: 'shop-2', running: 'shop-1' });
    });
  });

  it('goes on when the history or the test link cannot be written', async () => {
    const fixture = new Fixture();
    fixture.booted = { saved: null, files: [release(1)] };
    const appendHistory = (): Promise<never> => Promise.reject(new Error('EIO'));
    const unlinkTest = (): Promise<never> => Promise.reject(new Error('EPERM'));
    await fixture.run(
      async (stage) => {
        stage.actor.tell({ type: 'staged', name: 'shop-1' });
        stage.actor.tell(READY);
        const { deployment } = await describeDeployment(stage);
        expect(deployment.running?.phase).to.equal('ready');
        expect(fixture.journal.lines).to.include('warn the test link could not be removed');
      },
      { appendHistory, unlinkTest },
    );
  });

  it('asks again for an archive it held back while the disk was full', async () => {
    const fixture = new Fixture();
    fixture.booted = { saved: SAVED, files: [] };
    fixture.isFull = true;
    await fixture.run(async ({ actor }) => {
      actor.tell({ type: 'retired', name: 'shop-1' });
      await eventually('it cannot save', () => fixture.log.includes('cannot save'));
      expect(fixture.archivist.messages).to.deep.equal([]);
      fixture.isFull = false;
      actor.tell({ type: 'arrived', release: release(3), foundAtStart: false });
      await eventually('shop-1 is retired again', () => fixture.retired('shop-1') === 2);
      actor.tell({ type: 'retired', name: 'shop-1' });
      expect(await fixture.archivist.next('archive')).to.include({ name: 'shop-1' });
    });
  });

  it('lets no folder go that is needed, nor any while the state is unsaved', async () => {
    const fixture = new Fixture();
    fixture.booted = { saved: SAVED, files: [] };
    await fixture.run(async (stage) => {
      expect(await mayDelete(stage, 'shop-2')).to.equal(false);
      expect(await mayDelete(stage, 'shop-1')).to.equal(true);
      fixture.isFull = true;
      stage.actor.tell({ type: 'arrived', release: release(3), foundAtStart: false });
      expect(await mayDelete(stage, 'shop-1')).to.equal(false);
      fixture.isFull = false;
      stage.actor.tell({ type: 'save-again' });
      expect(await mayDelete(stage, 'shop-1')).to.equal(true);
    });
  });

  it('describes the deployment and the servlets that have not stopped', async () => {
    const fixture = new Fixture();
    fixture.booted = { saved: SAVED, files: [] };
    await fixture.run(async (stage) => {
      const view = { version: 'shop-2', role: 'running', state: 'ready', restarts: 0 } as const;
      const rest = {
        instance: '1_running',
        pid: 1,
        port: 1,
        startedAt: null,
        problem: null,
        nextTryAt: null,
      };
      stage.actor.tell({ type: 'servlet-view', view: { ...view, ...rest } });
      stage.actor.tell({ type: 'servlet-view', view: { ...view, ...rest, version: 'shop-1' } });
      const gone = { ...view, ...rest, version: 'shop-1', state: 'stopped' } as const;
      stage.actor.tell({ type: 'servlet-view', view: gone });
      const { servlets, deployment } = await describeDeployment(stage);
      expect(servlets.map(({ version }) => version)).to.deep.equal(['shop-2']);
      expect(deployment.archiving).to.deep.equal(['shop-1']);
    });
  });

  it('replies to an act once it is saved, and to one that is not possible with the reason', async () => {
    const fixture = new Fixture();
    fixture.booted = { saved: TESTING, files: [] };
    await fixture.run(async (stage) => {
      const act = { version: null, by: 'anna', reason: 'urgent', release: null } as const;
      startTest(stage);
      const promoted = await ask(stage, (reply: Address<ActReply>) => ({
        type: 'act',
        act: { ...act, kind: 'promote' },
        reply,
      }));
      expect(promoted).to.include({ done: true, version: 'shop-2' });
      expect(fixture.saved.at(-1)?.promotion?.reasons[0]?.text).to.equal(
        'anna asked for it: urgent',
      );
      const refused = await ask(stage, (reply: Address<ActReply>) => ({
        type: 'act',
        act: { ...act, kind: 'rollback' },
        reply,
      }));
      expect(refused).to.include({ done: false });
      expect(refused.text).to.contain('no version is known that served before');
    });
  });

  it('records what another actor notes of a version', async () => {
    const fixture = new Fixture();
    await fixture.run(async ({ actor }) => {
      const text = 'its archive made room for newer ones';
      actor.tell({ type: 'note', event: 'deleted', version: 'shop-0', text });
      await eventually('the history', () => fixture.history.length === 1);
      const entry = { event: 'deleted', version: 'shop-0', by: 'vili', reasons: [text] };
      expect(fixture.history[0]).to.deep.include(entry);
    });
  });

  it('ends a probation when its time is over', async () => {
    const fixture = new Fixture();
    const previous = { release: release(1), target: null, untilMs: NOW_MS + 20 };
    fixture.booted = { saved: { ...SAVED, archiving: [], previous }, files: [] };
    await fixture.run(async (stage) => {
      expect((await describeDeployment(stage)).deployment.previous).not.to.equal(null);
      fixture.nowMs += 20;
      await eventually(
        'the previous version is retired',
        async () => (await describeDeployment(stage)).deployment.previous === null,
      );
      expect(fixture.retired('shop-1')).to.equal(1);
    });
  });

  it('sends everybody what to do when one asks for it', async () => {
    const fixture = new Fixture();
    fixture.booted = { saved: TESTING, files: [] };
    await fixture.run(async (stage) => {
      const { actor } = stage;
      startTest(stage);
      await fixture.comparator.next('evaluate');
      const before = fixture.comparator.messages.length;
      actor.tell({ type: 'resync' });
      await eventually('it is sent again', () => fixture.comparator.messages.length > before);
      expect(fixture.comparator.messages.at(-1)).to.include({ type: 'evaluate', sinceMs: 7 });
    });
  });

  it('goes on from the saved state after a restart, and boots again only without one', async () => {
    const fixture = new Fixture();
    fixture.booted = { saved: SAVED, files: [] };
    await fixture.run(async (stage) => {
      expect(fixture.boots).to.equal(1);
      fixture.loaded = SAVED;
      await stage.crash();
      expect(fixture.boots).to.equal(1);
      expect((await describeDeployment(stage)).deployment).to.deep.equal(SAVED);
      expect(fixture.retired('shop-1')).to.equal(2);
      fixture.loaded = null;
      await stage.crash();
      expect(fixture.boots).to.equal(2);
    });
  });

  it('goes on from the saved state without a boot when its servlets are taken over, and boots when there is none', async () => {
    for (const [loaded, boots] of [
      [SAVED, 0],
      [null, 1],
    ] as const) {
      const fixture = new Fixture();
      fixture.booted = { saved: SAVED, files: [] };
      fixture.isTakeover = true;
      fixture.loaded = loaded;
      await fixture.run(async (stage) => {
        expect((await describeDeployment(stage)).deployment.running).to.deep.include({
          release: SAVED.running?.release,
        });
        expect(fixture.boots).to.equal(boots);
      });
    }
  });
});

// Private

/** A deployer whose versions only record what they are sent. */
class Fixture {
  readonly trafficMirror = inbox<TrafficMirrorMessage>('/vili/traffic-mirror');
  readonly comparator = inbox<ComparatorMessage>('/vili/comparator');
  readonly archivist = inbox<ArchivistMessage>('/vili/archivist');
  readonly notifier = inbox<NotifierMessage>('/vili/notifier');
  readonly journal = recordingJournal();
  readonly history: HistoryEntry[] = [];
  readonly saved: Deployment[] = [];
  readonly recordings: (readonly HistoryEntry[])[] = [];
  readonly log: string[] = [];
  readonly versions = new Map<string, VersionMessage[]>();
  booted: Pick<Booted, 'saved' | 'files'> = { saved: null, files: [] };
  loaded: Deployment | null = null;
  isFull = false;
  isTakeover = false;
  boots = 0;
  nowMs = NOW_MS;

  run(
    use: (stage: Stage<DeployerMessage>) => Promise<void>,
    change: Partial<DeployerDeps> = {},
  ): Promise<void> {
    const behaviour = (): ReturnType<typeof deployerActor> =>
      deployerActor({ ...this.#deps(), ...change });
    return withActor(behaviour, use, { keepChildren: true });
  }

  sentTo(name: string): Promise<readonly VersionMessage[]> {
    return eventually(`${name} is sent something`, () => this.versions.get(name) ?? null);
  }

  retired(name: string): number {
    return this.versions.get(name)?.filter(({ type }) => type === 'retire').length ?? 0;
  }

  #deps(): DeployerDeps {
    const { trafficMirror, comparator, archivist, notifier, journal } = this;
    const routed: Address<TrafficMirrorMessage> = {
      path: trafficMirror.path,
      tell: (message) => {
        if (message.type === 'route') this.log.push(`route ${message.target?.instance ?? 'none'}`);
        return trafficMirror.tell(message);
      },
    };
    return {
      trafficMirror: routed,
      comparator,
      archivist,
      notifier,
      journal,
      versionSpec: (name) => ({
        name: `version-${name}`,
        behaviour: () => ({
          start: () => null,
          handle: (_state, message) => {
            this.versions.set(name, [...(this.versions.get(name) ?? []), message]);
            return null;
          },
        }),
      }),
      boot: () => {
        this.boots += 1;
        const adopted = { running: null, testing: null };
        return Promise.resolve({ type: 'booted', adopted, ...this.booted });
      },
      load: () => Promise.resolve(this.loaded),
      isTakeover: this.isTakeover,
      save: (state, recording) => {
        if (this.isFull) {
          this.log.push('cannot save');
          return Promise.reject(new Error('ENOSPC'));
        }
        this.log.push('save');
        this.saved.push(state);
        this.recordings.push(recording);
        return Promise.resolve();
      },
      appendHistory: (entry) => {
        this.history.push(entry);
        return Promise.resolve();
      },
      unlinkTest: () => Promise.resolve(),
      rules: () => ({
        nowMs: this.nowMs,
        wallMs: this.nowMs,
        probationMs: 20,
        comparedMs: null,
        isRollbackManual: false,
        testingCrashesMax: 2,
        takeover: TAKEOVER,
        compareVersions: (a, b) => Number(a) - Number(b),
      }),
    };
  }
}

type Booted = Awaited<ReturnType<DeployerDeps['boot']>>;

/** After a start of Vili running is first, and the test comes once it is ready. */
function startTest({ actor }: Stage<DeployerMessage>): void {
  actor.tell({ type: 'staged', name: 'shop-1' });
  actor.tell({ ...READY, name: 'shop-1', role: 'running' });
  actor.tell({ type: 'staged', name: 'shop-2' });
  actor.tell({ ...READY, name: 'shop-2', role: 'testing' });
}

function ask<R>(
  stage: Stage<DeployerMessage>,
  make: (reply: Address<R>) => DeployerMessage,
): Promise<R> {
  return asked<DeployerMessage, R>(stage, make);
}

function describeDeployment(stage: Stage<DeployerMessage>): Promise<DeploymentView> {
  return ask(stage, (reply: Address<DeploymentView>) => ({ type: 'describe', reply }));
}

function mayDelete(stage: Stage<DeployerMessage>, name: string): Promise<boolean> {
  return ask(stage, (reply: Address<boolean>) => ({ type: 'may-delete', name, reply }));
}

import { fleetActor } from '../../../actors/fleet/fleet-actor.ts';
import type { FleetMessage, FleetReply, FleetWish } from '../../../actors/fleet/messages.ts';
import type { FleetDeps } from '../../../actors/fleet/state.ts';
import type { DeployerMessage } from '../../../actors/messages.ts';
import { compareVersions } from '../../../lib/base/names/version-order.ts';
import { type Deployment, NOTHING_DEPLOYED } from '../../../lib/deployment/state.ts';
import { LocalEngine } from '../../../lib/fleet/engine/local.ts';
import type { Build } from '../../../lib/fleet/rollout/records.ts';
import { keysOf } from '../../../lib/fleet/session/keys.ts';
import { FleetSession } from '../../../lib/fleet/session/session.ts';
import type { Judgement } from '../../../lib/fleet/view/judgement.ts';
import type { FleetReport } from '../../../lib/fleet/view/view.ts';
import type { Release } from '../../../lib/model/release.ts';
import { NEW, OLD } from '../../lib/fleet/rollout/fleet-records.ts';
import {
  asked,
  type Inbox,
  inbox,
  recordingJournal,
  type Stage,
  withActor,
} from '../../support/actor-kit.ts';
import { eventually } from '../../support/eventually.ts';

export const KEYS = keysOf('shop');
export const TARGET = { instance: 'shop-1.0/1_running', host: '127.0.0.1', port: 9401 };

export function releaseOf({ version, sha256 }: Build): Release {
  const number = version.slice('shop-'.length);
  const fileName = `${version}.jar`;
  return { fileName, name: version, version: number, extension: '.jar', fingerprint: sha256 };
}

const TESTING: Deployment = {
  ...NOTHING_DEPLOYED,
  running: { release: releaseOf(OLD), phase: 'ready', target: TARGET },
  testing: {
    release: releaseOf(NEW),
    phase: 'testing',
    crashes: 0,
    sinceMs: 0,
    begun: true,
    readySinceMs: 1,
  },
};

export const COLLECTING: Judgement = {
  decision: 'collecting',
  pairs: 0,
  progress: 0,
  reasons: [],
  missing: [],
  hosts: [],
  problems: [],
};
export const GOOD: Judgement = {
  ...COLLECTING,
  decision: 'promote',
  reasons: [{ text: 'fine', hosts: [] }],
};

const DOWN = async (): Promise<never> => {
  throw new Error('no endpoint of etcd replies');
};

/** What surrounds the actor of host `a`; what it sees of the world can be changed. */
export class Surroundings {
  readonly engine = new LocalEngine(() => performance.now());
  readonly deployer: Inbox<DeployerMessage> = inbox('/vili/deployer');
  readonly journal = recordingJournal();
  readonly rolledBack: string[] = [];
  deployment: Deployment = TESTING;
  judgement = COLLECTING;
  isManual = false;
  isDown = false;
  /** Why users cannot go back. */
  backProblem: string | null = null;
  /** So much later than it is, ms. */
  laterMs = 0;
  /** What an operator of etcd has to know. */
  trouble: string | null = null;
  /** What it looked for: the evidence of one of so many hosts; null: none. */
  readonly looks: (number | null)[] = [];
  forgotten = 0;

  deps(): FleetDeps {
    return {
      deployer: this.deployer,
      open: (onChanged) => {
        const client = this.engine.connect();
        const coordinator = new Proxy(client, {
          get: (target, name) => {
            if (name === 'trouble') return async () => this.trouble;
            const found: unknown = Reflect.get(target, name, target);
            if (typeof found !== 'function') return found;
            const isOfLease = name === 'lease' || name === 'keepAlive';
            return isOfLease && this.isDown ? DOWN : found.bind(target);
          },
        });
        const clocks = { now: () => performance.now(), wallNow: Date.now, random: Math.random };
        return new FleetSession({
          coordinator,
          keys: KEYS,
          host: 'a',
          instance: 'run of a',
          ...clocks,
          onChanged,
        });
      },
      look: async (hosts) => {
        this.looks.push(hosts);
        return { deployment: this.deployment, closed: null, evidence: null };
      },
      judge: {
        judge: () => this.judgement,
        forget: () => {
          this.forgotten += 1;
        },
      },
      rollBack: async (version) => {
        this.rolledBack.push(version);
        if (this.backProblem !== null) throw new Error(this.backProblem);
        return 'users go back';
      },
      self: { host: 'a', instance: 'run of a', vili: '1.0.0', url: '' },
      fleet: 'shop',
      endpoints: ['http://127.0.0.1:2379'],
      rules: () => ({
        waves: [{ share: 1 }],
        quorum: 0.5,
        onRollback: 'all',
        isManual: this.isManual,
        compareVersions,
      }),
      now: () => performance.now() + this.laterMs,
      wallNow: Date.now,
      journal: this.journal,
    };
  }

  verdicts(): readonly Extract<DeployerMessage, { type: 'verdict' }>[] {
    return this.deployer.messages.filter((message) => message.type === 'verdict');
  }

  told(): readonly string[] {
    return this.deployer.messages.flatMap((it) =>
      it.type === 'note' && it.event === 'fleet' ? [it.text] : [],
    );
  }
}

export type FleetStage = Stage<FleetMessage>;

export async function withFleetActor(
  use: (stage: FleetStage, around: Surroundings) => Promise<void>,
): Promise<void> {
  const around = new Surroundings();
  await withActor<FleetMessage>(
    () => fleetActor(around.deps()),
    (stage) => use(stage, around),
  );
}

export const reportOf = (stage: FleetStage): Promise<FleetReport> =>
  asked<FleetMessage, FleetReport>(stage, (reply) => ({ type: 'describe', reply }));

export function wish(stage: FleetStage, kind: FleetWish['kind'], reason = ''): Promise<FleetReply> {
  const what = { kind, version: null, by: 'ann', reason };
  return asked<FleetMessage, FleetReply>(stage, (reply) => ({ type: 'wish', wish: what, reply }));
}

export const untilPhase = (stage: FleetStage, phase: string): Promise<unknown> =>
  eventually(`the rollout is ${phase}`, async () => {
    return (await reportOf(stage)).rollout?.phase === phase;
  });

import type { Address, Self } from '../../lib/actor/index.ts';
import type { HostFacts } from '../../lib/fleet/host/record.ts';
import type { Absences } from '../../lib/fleet/rollout/absent.ts';
import type { RolloutInput } from '../../lib/fleet/rollout/input.ts';
import type { Order } from '../../lib/fleet/rollout/orders.ts';
import type { HostRecord } from '../../lib/fleet/rollout/records.ts';
import type { FleetSession } from '../../lib/fleet/session/session.ts';
import type { Judge } from '../../lib/fleet/view/judge.ts';
import type { Judgement } from '../../lib/fleet/view/judgement.ts';
import type { Journal } from '../../lib/journal/journal.ts';
import type { DeployerMessage } from '../messages.ts';
import type { FleetFound, FleetMessage } from './messages.ts';

export type FleetSelf = Self<FleetMessage>;

export interface FleetDeps {
  readonly deployer: Address<DeployerMessage>;
  /** One for each incarnation. */
  readonly open: (onChanged: () => void) => FleetSession;
  /**
   * With the evidence of one of so many hosts, who decides by itself at the odds of so many; null: without it. Rejects
   * when an actor does not reply.
   */
  readonly look: (hosts: number | null) => Promise<FleetFound>;
  /** Adds up what hosts put of their evidence on a build; keeps what it needs for the next time. */
  readonly judge: Pick<Judge, 'judge' | 'forget'>;
  /** Users of this host leave `version` for the one before. Resolves to what happens; rejects when they cannot. */
  readonly rollBack: (version: string, reason: string) => Promise<string>;
  readonly self: Pick<HostFacts, 'host' | 'instance' | 'vili' | 'url'>;
  readonly fleet: string;
  readonly endpoints: readonly string[];
  readonly rules: () => Pick<
    RolloutInput,
    'waves' | 'quorum' | 'onRollback' | 'isManual' | 'compareVersions'
  >;
  /** Steady, ms. */
  readonly now: () => number;
  /** For people: the clock of this host, ms. */
  readonly wallNow: () => number;
  readonly journal: Journal;
}

export interface FleetState {
  readonly session: FleetSession;
  readonly changes: { isTold: boolean };
  readonly absences: Absences;
  readonly record: HostRecord | null;
  readonly evidence: FleetFound['evidence'];
  readonly isLooking: boolean;
  readonly isBeating: boolean;
  readonly isWriting: boolean;
  readonly beatAtMs: number;
  readonly sentRecord: string;
  /** The order that was given last, when, and how often. */
  readonly given: { readonly key: string; readonly atMs: number; readonly times: number };
  readonly order: Order;
  /** Users of this host are on their way back. */
  readonly isGoingBack: boolean;
  /** Why they could not be taken back as the rollout says; null: nothing failed. */
  readonly failure: string | null;
  /** Of the leader whose rollout was acted upon last. */
  readonly token: number;
  readonly judgement: Judgement | null;
  readonly trouble: string | null;
  readonly examinedAtMs: number;
  /** What was told of the engine last; null: it is there. */
  readonly told: string | null;
  /** Since when the engine is not there, by the clock of this host, ms; null: it is. */
  readonly goneSinceMs: number | null;
}

/** As it begins; the session and what belongs to it are made anew for each incarnation. */
export const NOTHING_KNOWN = {
  record: null,
  evidence: null,
  isLooking: false,
  isBeating: false,
  isWriting: false,
  beatAtMs: Number.NEGATIVE_INFINITY,
  sentRecord: '',
  given: { key: '', atMs: Number.NEGATIVE_INFINITY, times: 0 },
  order: { act: 'none' },
  isGoingBack: false,
  failure: null,
  token: 0,
  judgement: null,
  trouble: null,
  examinedAtMs: Number.NEGATIVE_INFINITY,
  told: null,
  goneSinceMs: null,
} as const;

/** For the history, and for people. */
export function note(
  { deployer }: FleetDeps,
  self: FleetSelf,
  version: string,
  text: string,
  by = 'vili',
): void {
  self.send(deployer, { type: 'note', event: 'fleet', version, text, by });
}

import type { IgnoredField } from '../../compare/noise/ignored.ts';
import type { PairOutcome } from '../../compare/outcome.ts';
import type { SampleCopy } from '../../compare/sample/sample.ts';
import type { FailureKind, Target } from '../../model/exchange.ts';
import type { MirrorSettings } from '../settings.ts';

/** Places in the shared state: the only memory both threads use without a message. */
export const STATE_ADMISSION = 0;
export const STATE_HEARTBEAT = 1;
/** 1 while the users' thread has no time left. */
export const STATE_USERS_BUSY = 2;
export const STATE_BYTES = 12;

/** Values of `STATE_ADMISSION`: whether the worker would drop a copy that came now, and why. */
export const ADMIT = 0;
export const REFUSE_FULL = 1;
export const REFUSE_BREAKER = 2;

/** Why a copy was not sent, or its result lost. */
export type DropReason =
  | 'queue-full'
  /** The users' thread has no time left. */
  | 'busy'
  | 'breaker'
  | 'too-large'
  | 'unsendable'
  | 'ended'
  | 'no-test'
  | 'far-side-lost'
  | 'closed';

/** Why running is not asked a second time for now. */
export type PauseReason = 'slow' | 'busy';

/** Faults for specs and for trying the supervision by hand. */
export type Fault = 'stall' | 'throw' | 'exit' | 'memory';

/** `testing` null: it is down for now. */
export interface Targets {
  readonly testing: Target | null;
  readonly running: Target;
}

/** A worker lives for one test; it starts with this as its data. */
export interface WorkerInput {
  readonly settings: MirrorSettings;
  readonly state: SharedArrayBuffer;
  readonly targets: Targets;
  /** What was learned of noise in this test before. */
  readonly noise: string | null;
}

/** Messages arrive in the order they were sent. After `end` the worker answers `ended`. */
export type ToWorker =
  | { readonly type: 'retarget'; readonly targets: Targets }
  /** Records up to byte `end`; the worker says in the batch itself when it has read them. */
  | { readonly type: 'exchanges'; readonly batch: SharedArrayBuffer; readonly end: number }
  | { readonly type: 'noise'; readonly noise: string }
  | { readonly type: 'end' }
  | { readonly type: 'fault'; readonly fault: Fault };

/** What became of copies since the report before. */
export interface Report {
  readonly outcomes: readonly PairOutcome[];
  readonly mirrored: number;
  readonly failed: Readonly<Partial<Record<FailureKind, number>>>;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  /** Pairs during which running was not asked a second time at all, by reason. */
  readonly paused: Readonly<Record<PauseReason, number>>;
  /** Copies that testing works on for much longer than running did, now. */
  readonly overdue: number;
  /** Fields that became noise, or are none any more. */
  readonly ignored: readonly IgnoredField[];
  /** Pairs worth keeping, at most a few per endpoint of a test. */
  readonly samples: readonly SampleCopy[];
  /** All that is known of noise, about once a second while it changes. */
  readonly noise: string | null;
}

/** A report that nothing became of anything. */
export const NOTHING: Report = {
  outcomes: [],
  mirrored: 0,
  failed: {},
  dropped: {},
  paused: { slow: 0, busy: 0 },
  overdue: 0,
  ignored: [],
  samples: [],
  noise: null,
};

export type FromWorker =
  | { readonly type: 'report'; readonly report: Report }
  | { readonly type: 'ended' };

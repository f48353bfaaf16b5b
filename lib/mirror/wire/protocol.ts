import type { IgnoredField } from '../../compare/noise/ignored.ts';
import type { PairOutcome } from '../../compare/outcome.ts';
import type { SampleCopy } from '../../compare/sample/sample.ts';
import type { Exchange, FailureKind, Target } from '../../model/exchange.ts';
import type { CopySpan } from '../../model/span/copy.ts';
import type { MirrorSettings } from '../settings.ts';
import type { StateSnapshot } from '../state/memory.ts';

/** Slots of the shared state, the only memory that both threads use without a message. */
export const STATE_ADMISSION = 0;
export const STATE_HEARTBEAT = 1;
/** 1 while users leave no time for anything else. */
export const STATE_BUSY = 2;
/** 1 while it is still to be shown that testing is as fast as running. */
export const STATE_SPEED = 3;
export const STATE_BYTES = 16;

/** Values of `STATE_ADMISSION`: whether the worker would drop a copy that came now, and why. */
export const ADMIT = 0;
export const DROP_FULL = 1;
export const DROP_BREAKER = 2;

/** Why a copy was not sent, or its result lost. */
export type DropReason =
  | 'queue-full'
  /** Users leave no time for it. */
  | 'busy'
  /** The test hurts users. */
  | 'hurting'
  | 'breaker'
  | 'too-large'
  /** The request cannot be sent, or the process that it was for has ended. */
  | 'unsendable'
  /** The responses of both versions to it cannot be read. */
  | 'unreadable'
  | 'ended'
  | 'no-test'
  | 'far-side-lost'
  | 'closed';

/** Why there are no baseline requests for now. */
export type PauseReason = 'slow' | 'busy';

/** Faults for specs and for trying the supervision by hand. */
export type Fault = 'stall' | 'throw' | 'exit' | 'memory';

/** `testing` null: it is down for now. */
export interface Targets {
  readonly testing: Target | null;
  readonly running: Target;
  /** `testing` is the previous version, and running is on trial: pairs are judged with their roles exchanged. */
  readonly isReversed?: boolean;
}

/** What a worker, which lives for one test, is started with. */
export interface WorkerInput {
  readonly settings: MirrorSettings;
  readonly state: SharedArrayBuffer;
  readonly targets: Targets;
  /** What was learned of noise in this test before. */
  readonly noise: string | null;
  /** What running handed out and was told to write since its own start. */
  readonly known: StateSnapshot;
}

/** Messages arrive in the order in which they were sent. The worker responds to `end` with `ended`. */
export type ToWorker =
  | { readonly type: 'retarget'; readonly targets: Targets }
  /** Records up to byte `end`; the worker marks the batch itself when it has read them. */
  | { readonly type: 'exchanges'; readonly batch: SharedArrayBuffer; readonly end: number }
  | { readonly type: 'noise'; readonly noise: string }
  /** A note for which there was no room among the exchanges. */
  | { readonly type: 'note'; readonly note: Exchange }
  | { readonly type: 'forget-state' }
  | { readonly type: 'end' }
  | { readonly type: 'fault'; readonly fault: Fault };

/** What became of copies since the previous report. */
export interface Report {
  readonly outcomes: readonly PairOutcome[];
  readonly mirrored: number;
  readonly failed: Readonly<Partial<Record<FailureKind, number>>>;
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  /** Pairs while there were no baseline requests at all: running was slow, or Vili was busy. */
  readonly paused: Readonly<Record<PauseReason, number>>;
  /** Sessions with which copies were sent in testing's own terms for the first time. */
  readonly translated: number;
  /** Copies that testing works on for much longer than running did, now. */
  readonly overdue: number;
  /** Fields that became noise, or no longer are. */
  readonly ignored: readonly IgnoredField[];
  /** Pairs worth keeping, at most a few per endpoint of a test. */
  readonly samples: readonly SampleCopy[];
  /** All that is known of noise, for the checkpoint; null when there is nothing new. */
  readonly noise: string | null;
  /** Of the copies that go to the collector of traces. */
  readonly spans: readonly CopySpan[];
}

export const EMPTY_REPORT: Report = {
  outcomes: [],
  mirrored: 0,
  failed: {},
  dropped: {},
  paused: { slow: 0, busy: 0 },
  translated: 0,
  overdue: 0,
  ignored: [],
  samples: [],
  noise: null,
  spans: [],
};

export type FromWorker =
  | { readonly type: 'report'; readonly report: Report }
  | { readonly type: 'ended' };

import type { IgnoredField } from '../compare/noise/ignored.ts';
import type { PairOutcome } from '../compare/outcome.ts';
import type { SampleSettings } from '../compare/sample/choice.ts';
import type { SampleCopy } from '../compare/sample/sample.ts';
import type { CompareSettings } from '../compare/settings.ts';
import type { HeaderEdit, PathRewrite } from '../model/traffic-rules.ts';

/** Bounds of the far side. Times in ms. */
export interface MirrorSettings {
  /** Copies under way at once; control requests come on top, at most a quarter of this. */
  readonly concurrency: number;
  /** Copies that wait for a free place. */
  readonly queue: number;
  /** Bytes of the copies that wait, and again of those under way with the answers expected. */
  readonly queueBytes: number;
  /** From sending a copy to its last byte; a copy may take twice as long as running, if longer. */
  readonly timeoutMs: number;
  /** Name of the header that marks a copy (`test`) and a control request (`control`). */
  readonly header: string;
  /** Sent along, so that the gate knows a copy that comes back; '' for none. */
  readonly token: string;
  /** Changes to the headers of copies to testing. */
  readonly headers: readonly HeaderEdit[];
  /** Changes to the paths of copies to testing. */
  readonly rewrite: readonly PathRewrite[];
  /** Size of each of the four buffers through which exchanges reach the worker. */
  readonly batchBytes: number;
  /** Part of the time the users' thread may be busy before copies are left out (`busy`); 1: never. */
  readonly busyLimit: number;
  /** A worker that makes no progress for so long is ended and started again. */
  readonly stallMs: number;
  readonly restartBackoff: RestartBackoff;
  readonly breaker: BreakerSettings;
  /** Limit of the worker's JavaScript heap, MiB. */
  readonly memoryMb: number;
  readonly compare: CompareSettings;
  readonly samples: SampleSettings;
}

/** Wait before the worker is started again: doubles per loss, starts over after a quiet time. */
export interface RestartBackoff {
  readonly initialMs: number;
  readonly maxMs: number;
  readonly quietMs: number;
}

export interface BreakerSettings {
  /** Copies in a row that got no answer before no more are sent. */
  readonly failures: number;
  /** Wait before a single copy probes testing again; doubles up to the limit. */
  readonly backoffInitialMs: number;
  readonly backoffMaxMs: number;
}

/** What the far side found since the batch before; `dropped` by reason, also of sheds. */
export interface OutcomeBatch {
  readonly testId: string;
  readonly outcomes: readonly PairOutcome[];
  readonly dropped: Readonly<Record<string, number>>;
  /** Pairs during which running was not asked a second time: it was slow, or Vili was busy. */
  readonly paused: Readonly<Record<'slow' | 'busy', number>>;
  /** Copies that testing works on for much longer than running did, now. */
  readonly overdue: number;
  /** Fields that became noise, or are none any more. */
  readonly ignored: readonly IgnoredField[];
  /** Pairs worth keeping, at most a few per endpoint of a test. */
  readonly samples: readonly SampleCopy[];
  /** All that is known of noise, for the checkpoint; null when there is nothing new. */
  readonly noise: string | null;
}

/** What happened to the worker. `lost`: copies that were inside and count as `far-side-lost`. */
export type MirrorEvent =
  | { readonly kind: 'started'; readonly testId: string; readonly restarts: number }
  | {
      readonly kind: 'lost';
      readonly testId: string;
      readonly reason: LossReason;
      readonly message: string;
      readonly lost: number;
      readonly restartInMs: number;
    };

export type LossReason = 'stalled' | 'memory' | 'crashed' | 'exited';

/** Bounds that are not settings. */
export const MIRROR_LIMITS = {
  batchBytes: 1_048_576,
  stallMs: 5000,
  restartBackoff: { initialMs: 100, maxMs: 10_000, quietMs: 60_000 },
  breaker: { failures: 16, backoffInitialMs: 100, backoffMaxMs: 5000 },
  memoryMb: 256,
} satisfies Partial<MirrorSettings>;

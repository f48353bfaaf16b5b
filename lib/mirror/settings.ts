import type { SampleSettings } from '../compare/sample/choice.ts';
import type { CompareSettings } from '../compare/settings.ts';
import type { HeaderEdit, PathRewrite, StateRule } from '../model/traffic-rules.ts';
import type { Backoff } from '../runtime/backoff.ts';

/** Bounds of the mirror. Times in ms. */
export interface MirrorSettings {
  /** Copies under way at once; baseline requests come on top, at most a quarter of this. */
  readonly concurrency: number;
  /** Copies that wait to be sent. */
  readonly queue: number;
  /** Bytes of the copies that wait, and again of those under way with the expected responses. */
  readonly queueBytes: number;
  /** A response with a larger head cannot be read; as for users. */
  readonly maxHeadBytes: number;
  /** From sending a copy to its last byte; or twice running's time, where that is longer. */
  readonly timeoutMs: number;
  /** Name of the header that marks a copy (`test`) and a baseline request (`control`). */
  readonly header: string;
  /** Sent along, so that the proxy recognises a copy that comes back; '' for none. */
  readonly token: string;
  /** Changes to the headers of copies. */
  readonly headers: readonly HeaderEdit[];
  /** Changes to the paths of copies. */
  readonly rewrite: readonly PathRewrite[];
  /** Whether testing shares what running keeps of its clients. */
  readonly state: readonly StateRule[];
  /** Size of each of the four buffers through which exchanges reach the worker. */
  readonly batchBytes: number;
  /** Share of the time the event loop may be busy before copies are left out (`busy`); 1: never. */
  readonly busyLimit: number;
  /** Whether users' times say anything, so that a test which slows them down pauses. */
  readonly guardsSpeed: boolean;
  /** A worker without progress for this long is ended and started again. */
  readonly stallMs: number;
  /** Wait before the worker is started again: starts over after `quietMs` without a loss. */
  readonly restartBackoff: Backoff & { readonly quietMs: number };
  /** How long a refused connection is held to be the end of a process of which nobody has told yet. */
  readonly refusedMs: number;
  readonly breaker: BreakerSettings;
  /** Limit of the worker's JavaScript heap, MiB. */
  readonly memoryMb: number;
  readonly compare: CompareSettings;
  readonly samples: SampleSettings;
}

export interface BreakerSettings {
  /** Copies in a row without a response before no more are sent. */
  readonly failures: number;
  /** Wait before a single copy probes testing again. */
  readonly backoff: Backoff;
}

/** Bounds that are not settings. */
export const MIRROR_LIMITS = {
  batchBytes: 1_048_576,
  stallMs: 5000,
  restartBackoff: { minMs: 100, maxMs: 10_000, quietMs: 60_000 },
  refusedMs: 3000,
  breaker: { failures: 16, backoff: { minMs: 100, maxMs: 5000 } },
  memoryMb: 256,
} satisfies Partial<MirrorSettings>;

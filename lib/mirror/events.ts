import type { Endpoints } from '../compare/endpoint/endpoints.ts';
import type { Harm } from '../model/users/harm.ts';
import type { CopySpan } from '../model/span/copy.ts';
import type { MirrorSettings } from './settings.ts';
import type { Report } from './wire/protocol.ts';

/** What the mirror found since the previous batch; `dropped` includes copies never made. */
export interface OutcomeBatch extends Omit<Report, 'mirrored' | 'failed' | 'dropped' | 'spans'> {
  readonly testId: string;
  readonly dropped: Readonly<Record<string, number>>;
  /** What the test does to users. */
  readonly harm: Harm;
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

export interface MirrorHooks {
  /** Wall clock, ms; for the restart backoff. */
  readonly now?: () => number;
  /** The settings of a test that begins now; by default those of the mirror, for every test. */
  readonly settings?: () => MirrorSettings;
  /** What names the copies; by default a learner of the mirror's own. */
  readonly endpoints?: Endpoints;
  readonly onOutcomes: (batch: OutcomeBatch) => void;
  readonly onEvent: (event: MirrorEvent) => void;
  /** Spans for the collector of traces. */
  readonly onSpans?: (spans: readonly CopySpan[]) => void;
}

import type { DropReason } from '../mirror/wire/protocol.ts';
import type { Target, TrafficObservation } from '../model/exchange.ts';
import type { ProxyCounts } from '../proxy/counts.ts';
import type { TlsPair } from '../proxy/downstream/tls.ts';
import type { Route } from '../proxy/route.ts';
import type { ProxySettings } from '../proxy/settings.ts';

/** What a gate process is told when it starts. */
export interface StartInput {
  readonly settings: ProxySettings;
  readonly copies: CopyLimits;
  /** Wall clock of Vili minus the system's monotonic clock, ms: all processes tell the same time. */
  readonly clockOffsetMs: number;
  /** The certificate that Vili knows to be good; null without TLS. */
  readonly pair: TlsPair | null;
  readonly route: Route;
  readonly refusal: DropReason | null;
}

/** Bounds of the copies on their way from one gate process to the far side. */
export interface CopyLimits {
  readonly batchBytes: number;
  /** Written but not taken yet; copies beyond are dropped, `queue-full`. */
  readonly queueBytes: number;
  /** Part of the time the process may be busy before copies are left out, 0 to 1. */
  readonly busyLimit: number;
}

/** Messages arrive in the order they were sent. `connection` comes with the socket. */
export type ToProcess =
  | { readonly type: 'start'; readonly input: StartInput }
  | { readonly type: 'connection' }
  | { readonly type: 'route'; readonly route: Route }
  /** Why copies would be dropped anyway: they are then not even made. */
  | { readonly type: 'refusal'; readonly refusal: DropReason | null }
  | {
      readonly type: 'drain';
      readonly id: number;
      readonly target: Target;
      readonly timeoutMs: number;
    }
  /** Tell the counts now. */
  | { readonly type: 'report' }
  | { readonly type: 'close'; readonly deadlineMs: number };

export type FromProcess =
  | { readonly type: 'ready' }
  /** It cannot go on, and ends. */
  | { readonly type: 'failed'; readonly code: string; readonly text: string }
  /** It has the connection and takes the next one. */
  | { readonly type: 'taken'; readonly open: number }
  /** Every request from now on goes where the route says. */
  | { readonly type: 'routed' }
  | {
      readonly type: 'drained';
      readonly id: number;
      readonly finished: number;
      readonly cut: number;
    }
  /** Whole records, one after the other. */
  | { readonly type: 'exchanges'; readonly records: Uint8Array }
  | { readonly type: 'observed'; readonly batch: readonly TrafficObservation[] }
  | { readonly type: 'stats'; readonly stats: ProcessStats }
  /** The counts just sent are those that were asked for. */
  | { readonly type: 'reported' }
  | { readonly type: 'problem'; readonly text: string }
  /** Nothing comes after it. */
  | { readonly type: 'closed' };

/** Sums since the process started; what it submitted before them has been sent before them. */
export interface ProcessStats {
  /** Connections of users at this moment. */
  readonly open: number;
  readonly counts: ProxyCounts;
  /** Copies it dropped by itself, by reason. */
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  /** Whether copies are left out, since users need the time. */
  readonly isShedding: boolean;
  /** Answers of running left out of its history, since the way to Vili was full. */
  readonly unobserved: number;
}

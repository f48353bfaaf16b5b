import type { DropReason } from '../mirror/wire/protocol.ts';
import type { TrafficObservation } from '../model/exchange.ts';
import type { UserFailure } from '../model/users/failure.ts';
import type { ProxyCounts } from '../proxy/counts.ts';
import type { TlsPair } from '../proxy/downstream/tls.ts';
import type { Order, OrderDone } from '../proxy/orders.ts';
import type { Route } from '../proxy/route.ts';
import type { ProxySettings } from '../proxy/settings.ts';

/** What a proxy process is started with. */
export interface StartInput {
  readonly settings: ProxySettings;
  readonly copies: CopyLimits;
  /** Wall clock of Vili minus the system's monotonic clock, ms: all processes have the same time. */
  readonly clockOffsetMs: number;
  /** The certificate that Vili has checked; null without TLS. */
  readonly pair: TlsPair | null;
  readonly route: Route;
  /** Why the mirror would drop copies now, or null. */
  readonly mirrorReason: DropReason | null;
}

/** Bounds of the copies on their way from one proxy process to the mirror. */
export interface CopyLimits {
  readonly batchBytes: number;
  /** Written but not yet taken; copies beyond are dropped, `queue-full`. */
  readonly queueBytes: number;
  /** Share of the time the process may be busy before copies are left out, 0 to 1. */
  readonly busyLimit: number;
}

/** Messages arrive in the order in which they were sent. `connection` comes with the socket. */
export type ToProcess =
  | { readonly type: 'start'; readonly input: StartInput }
  | { readonly type: 'connection' }
  | { readonly type: 'route'; readonly route: Route }
  /** Why the mirror would drop copies: they are then not even made. */
  | { readonly type: 'mirror-reason'; readonly reason: DropReason | null }
  | Order
  /** Report the counts now. */
  | { readonly type: 'report' }
  /** Each connection ends with its next response: another Vili takes the new ones. */
  | { readonly type: 'leave' }
  | { readonly type: 'close'; readonly deadlineMs: number };

export type FromProcess =
  | { readonly type: 'ready' }
  /** The process cannot go on, and ends. */
  | { readonly type: 'failed'; readonly code: string; readonly text: string }
  /** The process has the connection and takes the next one. */
  | { readonly type: 'taken'; readonly open: number }
  /** Every request from now on goes where the route says. */
  | { readonly type: 'routed' }
  | OrderDone
  /** Whole records, one after the other. */
  | { readonly type: 'exchanges'; readonly records: Uint8Array }
  | { readonly type: 'observed'; readonly batch: readonly TrafficObservation[] }
  | { readonly type: 'stats'; readonly stats: ProcessStats }
  /** The counts just sent are those that were requested. */
  | { readonly type: 'reported' }
  | { readonly type: 'problem'; readonly text: string }
  | { readonly type: 'failure'; readonly failure: UserFailure }
  /** Nothing follows. */
  | { readonly type: 'closed' };

/** Sums since the process started; every copy counted as submitted was sent before. */
export interface ProcessStats {
  /** Open connections of users. */
  readonly open: number;
  readonly counts: ProxyCounts;
  /** Copies that the process itself dropped, by reason. */
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  /** Whether copies are left out because users need the time. */
  readonly isShedding: boolean;
  /** Responses of running left out of its history because the channel to Vili was full. */
  readonly unobserved: number;
}

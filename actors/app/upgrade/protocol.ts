import type { Instance } from '../../../lib/base/instance/instance.ts';
import type { LogOffset } from '../../../lib/logs/follow/batch.ts';
import type { Target } from '../../../lib/model/exchange.ts';
import type { UserShare } from '../../../lib/model/promotion/user-share.ts';
import type { Role } from '../../../lib/model/role.ts';
import type { Order, OrderDone } from '../../../lib/proxy/orders.ts';
import type { PassedLauncher } from '../../../lib/servlet/launcher/launcher.ts';

/** Of the messages below, which pass between two releases of Vili. */
export const UPGRADE_PROTOCOL = 1;
/** Set to 1 for the new Vili, which takes over from the one that started it. */
export const UPGRADE_VARIABLE = 'VILI_UPGRADE';
/** The lock file in the new Vili: after the standard ones and the channel. */
export const LOCK_FD = 4;

/** A living servlet, as the registry has it. */
export interface HandedServlet {
  readonly version: string;
  readonly role: Role;
  readonly instance: Instance;
  readonly target: Target;
  readonly readyAtMs: number | null;
}

/** All that the new Vili takes over, apart from sockets and files. */
export interface Handover {
  /** Null when there is none, and so no servlet. */
  readonly launcher: PassedLauncher | null;
  readonly servlets: readonly HandedServlet[];
  /** How far the log of each instance was read. */
  readonly logOffsets: readonly (readonly [instance: string, offset: LogOffset])[];
  /** Marks copies; those on their way must be known to the new Vili. */
  readonly mirrorToken: string;
}

/** From the new Vili to the old one, each in its turn. */
export type Step =
  | {
      readonly type: 'hello';
      readonly protocol: number;
      readonly version: string;
      readonly base: string;
      readonly identifier: string;
    }
  /** It cannot take over, and ends. */
  | { readonly type: 'failed'; readonly text: string }
  /** It knows where users go, and waits for the listening socket. */
  | { readonly type: 'prepared' }
  /** It accepts users' connections. */
  | { readonly type: 'serving' };

/** From the new Vili, which serves, as long as the old one lives. */
export type Wish =
  /** Where the users of connections go that the old one still has. */
  | {
      readonly type: 'route';
      readonly running: Target | null;
      /** An older Vili, which does not know of it, sends them to running. */
      readonly share?: UserShare | null;
    }
  | Order
  /** Vili stops: the old one ends its connections by then. */
  | { readonly type: 'end'; readonly deadlineMs: number };

export type FromNew = Step | Wish;

/** From the old Vili to the new one. `listener` comes with the socket. */
export type ToNew =
  | { readonly type: 'take'; readonly protocol: number; readonly handover: Handover }
  | { readonly type: 'listener' }
  /** Base, launcher and servlets belong to the new one; these are the processes that still have connections. */
  | { readonly type: 'yours'; readonly older: readonly number[] }
  | { readonly type: 'older'; readonly older: readonly number[] }
  | OrderDone;

import { ViliError } from '../errors.ts';
import type { Self } from './life/self.ts';
import { DEFAULT_MAILBOX, type MailboxSpec } from './mail/mailbox.ts';
import type { RestartBudget, SupervisionOptions } from './supervision/restart.ts';

export const DEFAULT_HANDLER_TIMEOUT_MS = 10_000;
export const DEFAULT_STOP_TIMEOUT_MS = 5_000;
const NAME_LENGTH_MAX = 255;
/** A name is one part of a path, and goes into log lines. */
const NAME_RULE = /^[^/\p{Cc}]+$/u;

/**
 * What an actor does. The factory that makes it runs anew for every incarnation, so fields of the
 * object start fresh as well.
 */
export interface Behaviour<in M, S> {
  /** Runs at every incarnation, before any message. Throwing is a failed start. */
  start(self: Self<M>): S | Promise<S>;
  /** Returns the next state, or throws: then the actor restarts and this message is dropped. */
  handle(state: S, message: M, self: Self<M>): S | Promise<S>;
  /**
   * Once per incarnation that started, also before a restart, with the last good state. What it
   * throws is reported, never fatal.
   */
  stop?(state: S, self: Self<M>): void | Promise<void>;
}

/**
 * When a child that ended starts again: always, even after `self.stop()` (`permanent`), only after
 * a crash (`transient`), never (`temporary`).
 */
export type RestartPolicy = 'permanent' | 'transient' | 'temporary';

/** A child as data. Its state is private: no type outside of the behaviour names it. */
export interface ChildSpec<in M> {
  readonly name: string;
  readonly behaviour: () => Behaviour<M, unknown>;
  /** Default permanent. */
  readonly restart?: RestartPolicy;
  /** How this actor supervises its own children. */
  readonly supervision?: SupervisionOptions;
  /** This child's own budget and window, when it must not share its supervisor's. */
  readonly restarts?: RestartBudget;
  /** A restart of this actor leaves its children running. Default false. */
  readonly keepChildren?: boolean;
  /** Default 1,000, drop-new. What is dropped is a dead letter. */
  readonly mailbox?: MailboxSpec;
  /** A handler or start longer than this is reported once as `hung`. Default 10,000. */
  readonly handlerTimeoutMs?: number;
  /** What happens to a hung handler's actor. Default report. */
  readonly onHang?: 'report' | 'crash';
  /**
   * How long an ending actor may finish the message in hand, and again how long its `stop` may
   * take. Then it is abandoned: reported, its late results dropped. Default 5,000.
   */
  readonly stopTimeoutMs?: number;
}

/** A child spec whose state type is still visible: for behaviours written in place. */
export interface ActorSpec<M, S> extends Omit<ChildSpec<M>, 'behaviour'> {
  readonly behaviour: () => Behaviour<M, S>;
}

export interface ResolvedSpec {
  readonly name: string;
  readonly behaviour: () => Behaviour<never, unknown>;
  readonly restart: RestartPolicy;
  readonly supervision: SupervisionOptions | undefined;
  readonly restarts: RestartBudget | undefined;
  readonly keepChildren: boolean;
  readonly mailbox: MailboxSpec;
  readonly handlerTimeoutMs: number;
  readonly onHang: 'report' | 'crash';
  readonly stopTimeoutMs: number;
}

/** Hides the state type, and infers it from `start` when the behaviour is written in place. */
export function actorSpec<M, S>(spec: ActorSpec<M, S>): ChildSpec<M> {
  return spec;
}

/** Fills the defaults in; throws a ViliError (`VILI_ACTOR_NAME`, `VILI_ACTOR_SPEC`). */
export function resolveSpec(spec: ChildSpec<never>): ResolvedSpec {
  if (!NAME_RULE.test(spec.name) || spec.name.length > NAME_LENGTH_MAX) {
    const rule = `1 to ${NAME_LENGTH_MAX} characters without "/" and control characters`;
    throw new ViliError('VILI_ACTOR_NAME', `actor name ${JSON.stringify(spec.name)}: ${rule}`);
  }
  return {
    name: spec.name,
    behaviour: spec.behaviour,
    restart: spec.restart ?? 'permanent',
    supervision: spec.supervision,
    restarts: spec.restarts,
    keepChildren: spec.keepChildren ?? false,
    mailbox: spec.mailbox ?? DEFAULT_MAILBOX,
    handlerTimeoutMs: positive(spec, 'handlerTimeoutMs', DEFAULT_HANDLER_TIMEOUT_MS),
    onHang: spec.onHang ?? 'report',
    stopTimeoutMs: positive(spec, 'stopTimeoutMs', DEFAULT_STOP_TIMEOUT_MS),
  };
}

// Private

function positive(
  spec: ChildSpec<never>,
  key: 'handlerTimeoutMs' | 'stopTimeoutMs',
  otherwise: number,
): number {
  const value = spec[key] ?? otherwise;
  if (value > 0) return value;
  throw new ViliError('VILI_ACTOR_SPEC', `actor ${spec.name}: ${key} ${value} is not above 0`);
}

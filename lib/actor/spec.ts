import { ViliError } from '../errors.ts';
import type { Behaviour, ChildSpec, RestartPolicy } from './behaviour.ts';
import { DEFAULT_MAILBOX, type MailboxSpec } from './mail/mailbox.ts';
import type { RestartBudget, SupervisionOptions } from './supervision/restart.ts';

export const DEFAULT_HANDLER_TIMEOUT_MS = 10_000;
export const DEFAULT_STOP_TIMEOUT_MS = 5_000;
const NAME_LENGTH_MAX = 255;
/** A name is one part of a path, and goes into log lines. */
const NAME_RULE = /^[^/\p{Cc}]+$/u;

/** A child spec with its defaults filled in. */
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

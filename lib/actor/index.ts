export type { Address, End } from './address.ts';
export {
  type ActorSpec,
  actorSpec,
  type Behaviour,
  type ChildSpec,
  type RestartPolicy,
  type Self,
} from './behaviour.ts';
export * from './errors.ts';
export type { ActorEvent, Crashed, DeadLetter, DeadLettersSuppressed } from './events.ts';
export type { DeadLetterCounts, DeadLetterSettings } from './mail/dead-letters.ts';
export { type DeadReason, typeOf } from './mail/envelope.ts';
export { DEFAULT_MAILBOX, type MailboxSpec } from './mail/mailbox.ts';
export { DEFAULT_HANDLER_TIMEOUT_MS, DEFAULT_STOP_TIMEOUT_MS } from './spec.ts';
export type { ErrorSource } from './stray.ts';
export {
  DEFAULT_SUPERVISION,
  type FullBudget,
  type RestartBudget,
  type Strategy,
  type SupervisionOptions,
  type SupervisionSpec,
} from './supervision/restart.ts';
export { ActorSystem, type ActorSystemOptions } from './system.ts';
export type { TraceQuery, TraceReader, TraceSettings } from './trace.ts';

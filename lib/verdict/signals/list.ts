import { access } from './access.ts';
import { content } from './content/content.ts';
import { systematic } from './content/systematic.ts';
import { unread } from './content/unread.ts';
import { coverage } from './coverage.ts';
import { errors } from './errors/errors.ts';
import { health } from './health.ts';
import { latency } from './speed/latency.ts';
import { newErrorKinds } from './logs/error-kinds.ts';
import { logErrors } from './logs/log-errors.ts';
import { logFormat } from './logs/log-format.ts';
import { logWarnings } from './logs/log-warnings.ts';
import { startupErrors } from './logs/startup-errors.ts';
import { openPairs } from './open-pairs.ts';
import { sessions } from './sessions.ts';
import { cpu } from './process/cpu.ts';
import { growth } from './process/growth.ts';
import type { Signal } from './signal.ts';
import { slow } from './speed/slow.ts';
import { substance } from './substance.ts';
import { state } from './state.ts';

/** All signals, in the order in which they are reported where nothing else decides. */
export const signals: readonly Signal[] = Object.freeze([
  errors,
  content,
  systematic,
  latency,
  slow,
  logErrors,
  coverage,
  substance,
  startupErrors,
  access,
  logFormat,
  logWarnings,
  openPairs,
  health,
  newErrorKinds,
  state,
  sessions,
  unread,
  growth,
  cpu,
]);

/** What shows people the fault that a reason of this code names: samples of a kind, or the log. */
export function shownBy(code: string): Signal['shownBy'] {
  return signals.find(({ codes }) => codes.includes(code))?.shownBy;
}

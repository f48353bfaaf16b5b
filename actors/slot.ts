import type { Instance } from '../lib/base/instance/instance.ts';
import type { Target } from '../lib/model/exchange.ts';
import type { Role } from '../lib/model/role.ts';
import type { ServletFacts } from '../lib/model/servlet-facts.ts';
import { type BackoffState, NO_FAILURES } from '../lib/servlet/health/backoff.ts';

/** What a version knows of its servlet in one role. */
export interface Slot {
  readonly wanted: boolean;
  readonly phase: 'down' | 'starting' | 'ready' | 'unhealthy' | 'stopping' | 'backoff';
  readonly instance: Instance | null;
  readonly target: Target | null;
  readonly pid: number | null;
  readonly startedAt: string | null;
  readonly restarts: number;
  /** Ends in a row without a quiet time between; the wait before a restart grows with them. */
  readonly failures: BackoffState;
  readonly problem: string | null;
}

/** No servlet, and none wanted. */
export const EMPTY_SLOT: Slot = {
  wanted: false,
  phase: 'down',
  instance: null,
  target: null,
  pid: null,
  startedAt: null,
  restarts: 0,
  failures: NO_FAILURES,
  problem: null,
};

const SHOWN = {
  down: 'stopped',
  starting: 'starting',
  ready: 'ready',
  unhealthy: 'unhealthy',
  stopping: 'draining',
  backoff: 'backoff',
} as const;

/** What people are shown of it. */
export function viewOf(version: string, role: Role, slot: Slot): ServletFacts {
  const { pid, startedAt, restarts, problem } = slot;
  const [, instance = null] = slot.instance?.id.split('/') ?? [];
  const port = slot.target?.port ?? null;
  return {
    version,
    role,
    instance,
    pid,
    port,
    state: SHOWN[slot.phase],
    restarts,
    startedAt,
    problem,
  };
}

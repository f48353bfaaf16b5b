import type { Deployment } from '../../deployment/state.ts';
import type { Release } from '../../model/release.ts';
import type { Role } from '../../model/role.ts';
import type { ServletFacts } from '../../model/servlet-facts.ts';
import type { Phase, ServletView, StatusView } from './status-view.ts';

export interface StatusParts
  extends Pick<
    StatusView,
    | 'vili'
    | 'verdict'
    | 'outage'
    | 'probation'
    | 'steps'
    | 'fleet'
    | 'users'
    | 'preview'
    | 'traffic'
    | 'archive'
    | 'disk'
  > {
  readonly stopping: boolean;
  readonly deployment: Deployment;
  readonly servlets: readonly ServletFacts[];
}

/** Composes what `vili status` shows of what each part of Vili knows. */
export function composeStatus(parts: StatusParts): StatusView {
  const { vili, deployment, servlets, verdict, outage = null, traffic, archive } = parts;
  const { users, preview = null, disk, stopping, probation = null, steps = null } = parts;
  const { running, testing, previous, promotion, paused = null, rollback } = deployment;
  const view = (of: { release: Release } | null, role: Role): ServletView | null =>
    of === null ? null : servletOf(servlets, of.release.name, role);
  return {
    schema: 'vili.status/1',
    vili,
    phase: stopping ? 'stopping' : phaseOf(deployment),
    running: view(running, 'running'),
    // A version that is being promoted has a running servlet already.
    testing: view(testing, promotion === null ? 'testing' : 'running'),
    previous: view(previous, 'running'),
    verdict,
    outage,
    probation,
    steps,
    paused,
    waits: waitOf(testing, verdict),
    rollback: rollback
      ? { version: rollback.version, phase: rollback.phase, by: rollback.by }
      : null,
    fleet: parts.fleet ?? null,
    users,
    preview,
    traffic,
    archive,
    disk,
  };
}

// Private

/** Only while the evidence still allows it. */
function waitOf(
  testing: Deployment['testing'],
  verdict: StatusView['verdict'],
): NonNullable<StatusView['waits']> | null {
  const { release, windowWait } = testing ?? {};
  if (release === undefined || typeof windowWait?.opensMs !== 'number') return null;
  if (verdict?.version !== release.name || verdict.decision !== 'promote') return null;
  if (!Number.isFinite(new Date(windowWait.opensMs).getTime())) return null;
  const until = new Date(windowWait.opensMs).toISOString();
  return { version: release.name, until, text: windowWait.text };
}

function phaseOf({ running, testing, previous, promotion }: Deployment): Phase {
  if (promotion !== null) return 'promoting';
  const isWaiting = testing?.phase === 'waiting' && previous !== null;
  if (testing !== null && !isWaiting) return 'testing';
  if (running === null || running.phase === 'staging' || running.phase === 'starting') {
    return 'starting';
  }
  return previous === null ? 'steady' : 'probation';
}

/** A version that has not reported a servlet yet is starting one. */
function servletOf(servlets: readonly ServletFacts[], version: string, role: Role): ServletView {
  const known = servlets.find((it) => it.version === version && it.role === role);
  if (known === undefined) {
    const nothing = { pid: null, port: null, startedAt: null, problem: null, nextTryAt: null };
    return { version, instance: '', ...nothing, state: 'starting', restarts: 0 };
  }
  const { role: _, ...facts } = known;
  return { ...facts, instance: known.instance ?? '' };
}

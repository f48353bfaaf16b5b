import type { Deployment } from '../../deployment/state.ts';
import type { Role } from '../../model/role.ts';
import type { ServletFacts } from '../../model/servlet-facts.ts';
import type { Phase, ServletView, StatusView, TrafficView } from './status-view.ts';

export interface StatusParts {
  readonly vili: StatusView['vili'];
  readonly stopping: boolean;
  readonly deployment: Deployment;
  readonly servlets: readonly ServletFacts[];
  readonly verdict: StatusView['verdict'];
  readonly traffic: TrafficView;
  readonly archive: StatusView['archive'];
}

/** Puts together what `vili status` shows from what each part of Vili knows. */
export function composeStatus(parts: StatusParts): StatusView {
  const { vili, deployment, servlets, verdict, traffic, archive } = parts;
  const { running, testing, previous, promotion } = deployment;
  const promoted = promotion !== null ? testing?.release.name : undefined;
  return {
    schema: 'vili.status/1',
    vili,
    phase: parts.stopping ? 'stopping' : phaseOf(deployment),
    running: running === null ? null : servletOf(servlets, running.release.name, 'running'),
    testing:
      testing === null
        ? null
        : servletOf(servlets, testing.release.name, promoted === undefined ? 'testing' : 'running'),
    previous: previous === null ? null : servletOf(servlets, previous.release.name, 'running'),
    verdict,
    traffic,
    archive,
  };
}

/** The one word that `vili status` says of it. */
function phaseOf(deployment: Deployment): Phase {
  const { running, testing, previous, promotion } = deployment;
  if (promotion !== null) return 'promoting';
  if (testing !== null) return 'testing';
  if (running === null || running.phase === 'staging' || running.phase === 'starting') {
    return 'starting';
  }
  return previous === null ? 'steady' : 'probation';
}

// Private

/** A version whose servlet has not been heard of yet is on its way. */
function servletOf(servlets: readonly ServletFacts[], version: string, role: Role): ServletView {
  const known = servlets.find((it) => it.version === version && it.role === role);
  if (known === undefined) {
    const nothing = { instance: '', pid: null, port: null, startedAt: null, problem: null };
    return { version, ...nothing, state: 'starting', restarts: 0 };
  }
  const { instance, pid, port, state, restarts, startedAt, problem } = known;
  return { version, instance: instance ?? '', pid, port, state, restarts, startedAt, problem };
}

import type { Role } from '../../model/role.ts';
import type { Draft } from '../draft.ts';
import type { Asked, DeploymentEvent } from '../events.ts';
import type { Deployment } from '../state.ts';

export interface RestartPlan {
  readonly version: string;
  /** What happens now, or why nothing can. */
  readonly text: string;
  readonly event: DeploymentEvent | null;
}

/** What a fresh process in this role would mean now. */
export function planRestart(state: Deployment, role: Role, { by, reasons }: Asked): RestartPlan {
  const { running, testing, promotion, rollback } = state;
  const version = (role === 'running' ? running : testing)?.release.name ?? '';
  const objection = (text: string): RestartPlan => ({ version, text, event: null });
  if (promotion !== null) {
    const name = testing?.release.name;
    return objection(
      promotion.phase === 'stepping'
        ? `${name} is being promoted in steps; vili promote or vili rollback ends that`
        : `${name} is being promoted, with a fresh process anyway`,
    );
  }
  if (role === 'testing') {
    if (testing === null) return objection('no version is under test');
    if (testing.phase !== 'testing' && testing.phase !== 'starting') {
      return objection(`${version} is not started yet (${testing.phase})`);
    }
    const text = `${version}, which is under test, is restarted; what was seen of it so far still counts`;
    return { version, text, event: { type: 'restart', version, role, by, reasons } };
  }
  if (running === null) return objection('no version is running');
  if (rollback) return objection(`users are on their way back to ${rollback.version}`);
  if (running.phase === 'staging') return objection(`${version} is not started yet`);
  const text = `${version}, which is running, is restarted; users' requests wait meanwhile, at most hold.max`;
  return { version, text, event: { type: 'restart', version, role, by, reasons } };
}

/**
 * An operator wants a fresh process. That is no crash: nothing is held against the version, and users do not go back.
 * Users' requests in flight finish first, and new ones are held until it is ready.
 */
export function restart(draft: Draft, event: Extract<DeploymentEvent, { type: 'restart' }>): void {
  const { version, role, by, reasons } = event;
  if (planRestart(draft.state, role, event).event === null) return;
  const { running, testing } = draft.state;
  const holder = role === 'running' ? running : testing;
  if (holder?.release.name !== version) return;
  const { release } = holder;
  if (role === 'running' && running !== null) {
    const phase = running.phase === 'ready' ? 'restarting' : running.phase;
    draft.set({ running: { ...running, phase, target: null } });
    draft.ask({ type: 'route', target: null });
  } else if (testing !== null) {
    draft.set({ testing: { ...testing, readySinceMs: null } });
    if (testing.phase === 'testing') draft.ask({ type: 'mirror', name: version, target: null });
  }
  draft.stop(release, role);
  // A servlet that is being stopped is then started again once it has ended.
  draft.ask({ type: 'start', release, role });
  draft.record('restarted', release, reasons, by);
}

import { acceptedOf } from '../acceptance.ts';
import { declaredOf } from '../declared/declared.ts';
import type { Command } from '../events.ts';
import { startOf } from '../hand/rollback.ts';
import { nextLookMs } from '../probation/probation.ts';
import { comparisonOf } from '../probation/compare.ts';
import { shareOf } from '../steps/share.ts';
import type { Candidate, Deployment } from '../state.ts';

/**
 * The commands that restore all that `state` stands for, after an actor forgot its part of it. Commands are idempotent,
 * and a servlet that is ready reports so again, hence too many of them do no harm.
 */
export function resync(state: Deployment): readonly Command[] {
  const { running, testing, incoming, promotion, previous, archiving, resume } = state;
  const commands: Command[] = [
    { type: 'route', target: running?.target ?? null },
    { type: 'share', share: shareOf(state) },
  ];
  if (running?.phase === 'staging') commands.push({ type: 'stage', release: running.release });
  else if (running !== null) {
    commands.push({ type: 'start', release: running.release, role: 'running' });
  }
  if (resume) {
    // Whose turn has not come is started by the state machine.
  } else if (testing !== null && promotion !== null) {
    const { release } = testing;
    if (promotion.phase === 'stopping-test') {
      commands.push({ type: 'stop', name: release.name, role: 'testing' });
    } else commands.push({ type: 'start', release, role: 'running' });
  } else commands.push(...resyncCandidate(state, testing));
  if (!resume) commands.push(...resyncCandidate(state, incoming));
  if (previous !== null) {
    if (resume?.waitsFor !== 'running') {
      const { release } = previous;
      commands.push({ type: 'role', name: release.name, duty: 'previous' });
      commands.push({ type: 'start', release, role: 'running' });
    }
    commands.push({ type: 'probation', atMs: nextLookMs(previous) }, ...comparisonOf(state));
  }
  if (!resume) commands.push(...resyncRollback(state));
  for (const name of archiving) commands.push({ type: 'retire', name });
  return commands;
}

// Private

function resyncRollback({ rollback, running }: Deployment): readonly Command[] {
  if (rollback?.phase === 'restoring') {
    const below = running?.release.name ?? null;
    return [{ type: 'restore', name: rollback.version, below }];
  }
  if (rollback?.phase !== 'starting' || rollback.release === null) return [];
  return startOf(rollback.release);
}

function resyncCandidate(state: Deployment, candidate: Candidate | null): readonly Command[] {
  if (candidate === null) return [];
  const { release, phase, sinceMs } = candidate;
  switch (phase) {
    case 'waiting':
      return [];
    case 'replacing':
      return [{ type: 'stop', name: release.name, role: 'testing' }];
    case 'staging':
      return [{ type: 'stage', release }];
    case 'starting':
      return [{ type: 'start', release, role: 'testing' }];
    case 'testing':
      return [
        {
          type: 'evaluate',
          release,
          sinceMs,
          accepted: acceptedOf(state, release),
          ...declaredOf(state, release),
        },
        { type: 'start', release, role: 'testing' },
      ];
  }
}

import { percentDone } from '../../text/numbers.ts';
import type { StatusView } from './status-view.ts';

/** What follows from an act, as it is said before an operator confirms it: on the command line and on the page. */

export const PAUSE_EFFECT =
  'No version is promoted or rejected by itself until somebody resumes. Tests go on, and acts work.';

export const RESUME_EFFECT =
  'Versions are promoted and rejected by themselves again. A verdict that is due takes effect within seconds.';

/** `steps`: those that were asked for, `default` for those of the settings. */
export function promotionEffect(
  { running, verdict, steps: underWay }: StatusView,
  version: string,
  steps?: string,
): string {
  const from = running === null ? '' : ` from ${running.version}`;
  if (underWay?.version === version) {
    return `${version} takes over all users${from} now, without further steps.`;
  }
  const evidence =
    verdict?.version === version ? `, with ${percentDone(verdict.progress)} of the evidence` : '';
  const how = steps === 'default' ? 'promotion.steps' : steps;
  const what =
    how === undefined ? 'takes over the users' : `takes over the users in steps (${how})`;
  return `${version} ${what}${from} without waiting for the verdict${evidence}.`;
}

export function rejectionEffect({ running }: StatusView, version: string): string {
  const stays = running === null ? '' : ` ${running.version} stays with the users.`;
  return `The test of ${version} ends and it will not go live.${stays}`;
}

export function restartEffect(role: 'running' | 'testing', version: string): string {
  const meanwhile =
    role === 'running'
      ? "Users' requests wait meanwhile, at most hold.max."
      : 'Its test goes on with what was seen so far.';
  return `${version} gets a fresh process. ${meanwhile}`;
}

export function retestEffect(version: string): string {
  return `${version} is tested again from the start. All earlier findings are forgotten.`;
}

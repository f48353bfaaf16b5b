import { isSameShare, type UserShare } from '../../model/promotion/user-share.ts';
import type { Command } from '../events.ts';
import type { Deployment, Stepping } from '../state.ts';

/** The promotion in steps that is under way and has users; null else. */
export function steppingOf({ promotion }: Deployment): Stepping | null {
  return promotion?.phase === 'stepping' ? (promotion.stepping ?? null) : null;
}

/** Which users the version that is promoted in steps has now; null: none. */
export function shareOf(state: Deployment): UserShare | null {
  const stepping = steppingOf(state);
  if (stepping === null || stepping.target === null) return null;
  const { target, steps, at, salt, key } = stepping;
  return { target, size: steps[at]?.share ?? 0, salt, key };
}

/**
 * The commands of a transition, with what it changes about the share. Users leave a servlet before anything stops it;
 * those of a version that gets all users stay with it.
 */
export function withShare(
  before: Deployment,
  after: Deployment,
  commands: readonly Command[],
): readonly Command[] {
  const [old, share] = [shareOf(before), shareOf(after)];
  if (isSameShare(old, share)) return commands;
  const command: Command = { type: 'share', share };
  const isWhole = share === null && after.running?.target?.instance === old?.target.instance;
  return isWhole ? [...commands, command] : [command, ...commands];
}

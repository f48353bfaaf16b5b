import type { Asked, DeploymentEvent, Rules } from '../events.ts';
import type { Deployment } from '../state.ts';
import { steppingOf } from '../steps/share.ts';

/** To which version users are to go back, and whether it can be brought back. */
export interface Destination {
  readonly name: string;
  readonly version: string;
  /** Why its folder cannot be restored from its archive; null when it can, or is there. */
  readonly problem: string | null;
}

export interface RollbackPlan {
  /** What happens now, or why nothing can. */
  readonly text: string;
  /** One sentence each, in their order. */
  readonly steps: readonly string[];
  readonly event: DeploymentEvent | null;
}

/** What taking users back to this version would do now. `leaves`: from this one and no other; null: from whichever runs. */
export function planRollback(
  state: Deployment,
  { name, version, problem }: Destination,
  { by, reasons, leaves = null }: Asked & { readonly leaves?: string | null },
  rules: Rules,
): RollbackPlan {
  const { running, previous, archiving } = state;
  const objection = objectionTo(state, name, version);
  if (objection !== null || running === null) return impossible(objection ?? '');
  const event = { type: 'roll-back', version: name, by, reasons } as const;
  const from = running.release.name;
  if (leaves !== null && from !== leaves) {
    return impossible(`${from} is running: users have left ${leaves} already`);
  }
  if (from === name) return { ...backFromShare(state, name), event };
  const isPrevious = previous?.release.name === name;
  if (isPrevious && previous.target !== null) {
    const steps = [
      `new requests go to ${name}, which is warm, in one step; those in flight finish at ${from}`,
      ...testSteps(state),
      ...lastSteps(from),
    ];
    return { text: `users go back from ${from} to ${name}`, steps, event };
  }
  // Its zip may be written at this moment.
  const isBusy = archiving.includes(name);
  if (problem !== null && !isBusy && !isPrevious) return impossible(problem);
  if (!isPrevious && rules.compareVersions(version, running.release.version) > 0) {
    return impossible(`${name} is newer than ${from}, which is running: vili retest ${version}`);
  }
  const folder = isPrevious
    ? `the folder of ${name} is checked`
    : `archive/${name}.zip is unpacked to ${name}/ and every entry verified, unless that folder is there`;
  const steps = [
    ...(isBusy ? [`${name}, which is being archived now, is waited for`] : []),
    folder,
    ...testSteps(state),
    `${name} starts; ${from} serves until it is ready`,
    `new requests go to ${name} in one step; those in flight finish at ${from}`,
    ...(previous !== null && !isPrevious
      ? [`${previous.release.name}, which is warm, is archived`]
      : []),
    ...lastSteps(from),
  ];
  return { text: `users go back from ${from} to ${name} once it is ready`, steps, event };
}

// Private

/** The version that has a share of the users loses it. */
function backFromShare({ testing }: Deployment, name: string): Omit<RollbackPlan, 'event'> {
  const left = testing?.release.name ?? '';
  const steps = [
    `new requests of the users who have ${left} go to ${name} in one step; those in flight finish at ${left}`,
    `${left} is stopped and counts as taken back: it is tested again only by vili retest`,
  ];
  return { text: `all users go back to ${name}, also those who have ${left}`, steps };
}

function objectionTo(state: Deployment, name: string, version: string): string | null {
  const { running, testing, incoming, rollback } = state;
  if (running === null) return 'no version is running, so there is none to go back from';
  if (rollback) return `users are on their way back to ${rollback.version} already`;
  const from = running.release.name;
  if (from === name) {
    return steppingOf(state) === null ? `${name} is running already` : null;
  }
  if ([testing, incoming].some((it) => it?.release.name === name)) {
    return `${name} is under test: vili promote ${version}`;
  }
  return null;
}

function testSteps({ testing, incoming, promotion }: Deployment): readonly string[] {
  const names = [testing, incoming].flatMap((it) =>
    it === null || it.phase === 'waiting' ? [] : [it.release.name],
  );
  const what = promotion === null ? 'test' : 'promotion';
  return [...new Set(names)].map(
    (name) =>
      `the ${what} of ${name} ends without a verdict (superseded); vili retest begins it again`,
  );
}

function lastSteps(from: string): readonly string[] {
  return [`${from} is stopped and counts as taken back: it is tested again only by vili retest`];
}

function impossible(text: string): RollbackPlan {
  return { text, steps: [], event: null };
}

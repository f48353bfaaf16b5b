import type { FleetReport } from '../../../lib/operator/views/fleet-view.ts';
import { counted } from '../../../lib/text/numbers.ts';
import type { Act } from '../acts.ts';

type Rollout = NonNullable<FleetReport['rollout']>;
type Hold = FleetReport['hold'];

/** The acts on all hosts that the state of the fleet allows, the likeliest first. */
export function fleetActs({ rollout, hold }: FleetReport): readonly Act[] {
  const isOpen = rollout !== null && (rollout.phase === 'collecting' || rollout.phase === 'waves');
  const heldBy = isOpen ? rollout.heldBy : null;
  return [
    ...(isOpen ? [promotion(rollout, hold), rejection(rollout)] : []),
    ...(hold === null && heldBy === null ? [] : [resuming(hold, rollout, heldBy)]),
    ...(hold === null ? [PAUSE] : []),
  ];
}

// Private

const ROUTE = 'fleet';

const PAUSE: Act = {
  kind: 'fleet-pause',
  route: ROUTE,
  label: 'Pause the fleet',
  effect:
    'No host of the fleet is promoted by itself until somebody resumes. Tests go on, and a version that turns out bad is still rejected.',
  body: { act: 'pause' },
};

function resuming(hold: Hold, rollout: Rollout | null, heldBy: string | null): Act {
  const ends =
    hold === null
      ? []
      : [`The pause by ${hold.by} ends: hosts are promoted by themselves again when it is due.`];
  const without =
    heldBy === null || rollout === null
      ? []
      : [`The rollout of ${rollout.version} goes on without ${heldBy}, which rejected it.`];
  const effect = [...ends, ...without].join(' ');
  return {
    kind: 'fleet-resume',
    route: ROUTE,
    label: 'Resume the fleet',
    effect,
    body: { act: 'resume' },
  };
}

/** The version is named, so that nobody promotes one that has come meanwhile. */
function promotion({ version, heldBy }: Rollout, hold: Hold): Act {
  const but = heldBy === null ? '' : ` but ${heldBy}, which rejected it,`;
  const later = hold === null ? '' : ' The fleet is paused: they go once somebody resumes.';
  const effect = `All hosts${but} go to ${version} without waiting for the evidence, for waves and for probations.${later}`;
  return {
    kind: 'fleet-promote',
    route: ROUTE,
    label: 'Promote on all hosts',
    effect,
    body: { act: 'promote', version },
    isGrave: true,
  };
}

function rejection({ version, gone }: Rollout): Act {
  const who =
    gone === 1 ? 'The host that has gone goes' : `The ${counted(gone, 'host')} that have gone go`;
  const back =
    gone === 0
      ? 'It is rejected on all of them.'
      : `${who} back to the version before, unless fleet.on_rollback is stay; the others reject it.`;
  return {
    kind: 'fleet-reject',
    route: ROUTE,
    label: 'Reject on all hosts',
    effect: `No further host goes to ${version}. ${back}`,
    body: { act: 'reject', version },
    isGrave: true,
  };
}

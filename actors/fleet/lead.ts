import type { Judged } from '../../lib/fleet/rollout/input.ts';
import { plan } from '../../lib/fleet/rollout/plan.ts';
import { type Build, type HostRecord, tests } from '../../lib/fleet/rollout/records.ts';
import type { Judgement } from '../../lib/fleet/view/judgement.ts';
import type { FleetDeps, FleetSelf, FleetState } from './state.ts';

/** How often the leader asks whether the engine grows without bound. */
const EXAMINE_MS = 600_000;

/** Goes on with the rollout while this host leads; one write at a time. */
export function lead(deps: FleetDeps, self: FleetSelf, state: FleetState): FleetState {
  const { session, absences, isWriting } = state;
  const { leadership, view } = session;
  if (leadership === null) {
    absences.forget();
    deps.judge.forget();
    return { ...state, judgement: null, trouble: null, examinedAtMs: Number.NEGATIVE_INFINITY };
  }
  // What cannot be read is overwritten by nobody; the session lets another host lead.
  if (isWriting || view.rolloutProblem !== null) return state;
  const { rollout: before, hosts, ask } = view;
  const build = before?.candidate ?? null;
  const judgement =
    build === null
      ? null
      : deps.judge.judge(build, view.evidenceOn(build), acceptedOf(hosts, build));
  const { rollout, events } = plan(before, {
    ...deps.rules(),
    token: leadership.token,
    hosts,
    released: absences.released(before, hosts, deps.now()),
    merged: build && judgement && mergedOf(build, judgement),
    isHeld: view.hold !== null,
    ask,
  });
  const next = examine(deps, self, { ...state, judgement });
  if (rollout === null) {
    if (view.hasAsk) void session.dropAsk().catch(() => undefined);
    return next;
  }
  if (rollout === before && !view.hasAsk) return next;
  const { version } = rollout.candidate;
  self.pipe(
    session.write(rollout, view.hasAsk),
    (isWritten) => ({ type: 'written', isWritten, version, events }),
    () => ({ type: 'written', isWritten: false, version, events }),
  );
  return { ...next, isWriting: true };
}

// Private

function mergedOf({ sha256 }: Build, { decision, reasons }: Judgement): Judged {
  return { sha256, decision, reasons: reasons.map(({ text }) => text) };
}

function examine(deps: FleetDeps, self: FleetSelf, state: FleetState): FleetState {
  const nowMs = deps.now();
  if (nowMs - state.examinedAtMs < EXAMINE_MS) return state;
  self.pipe(
    state.session.trouble(),
    (trouble) => ({ type: 'examined', trouble }),
    () => ({ type: 'examined', trouble: state.trouble }),
  );
  return { ...state, examinedAtMs: nowMs };
}

/** What operators accepted of the build on any host counts for all. */
function acceptedOf(hosts: readonly HostRecord[], build: Build): readonly string[] {
  const testers = hosts.filter((host) => tests(host, build));
  return [...new Set(testers.flatMap(({ accepted }) => accepted))];
}

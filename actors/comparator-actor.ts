import type { Behaviour, Self } from '../lib/actor/index.ts';
import { messageOf } from '../lib/errors.ts';
import { Checkpoints } from '../lib/evaluation/checkpoint/checkpoints.ts';
import { logged, logRead, observed } from '../lib/evaluation/intake.ts';
import type { DecisionRecord } from '../lib/evaluation/report/compose.ts';
import { RunningMemory } from '../lib/evaluation/running-memory.ts';
import { sharedOf } from '../lib/evaluation/shared.ts';
import { StartUps } from '../lib/evaluation/start-ups.ts';
import type { Test } from '../lib/evaluation/test.ts';
import { localVetoOdds } from '../lib/fleet/evidence/veto.ts';
import type { ProcessSample } from '../lib/model/servlet-facts.ts';
import type { VerdictReport } from '../lib/verdict/report.ts';
import type { ComparatorDeps } from './deps/comparator.ts';
import type { ComparatorMessage } from './messages.ts';

const TICK_MS = 250;
/** A verdict that nobody acted upon is reported again after this time. */
const REPEAT_MS = 5000;
const IDLE_FACTOR = 6; // Without a test, running's processes are sampled less often.

type Evaluate = Extract<ComparatorMessage, { type: 'evaluate' }>;

interface ComparatorState {
  readonly memory: RunningMemory;
  readonly startUps: StartUps;
  readonly test: Test | null;
  /** At which one of several hosts rejects by itself; null: it decides alone, or does not know yet of how many it is one. */
  readonly odds: number | null;
  /** The test that ended last, for its report. */
  readonly ended: Test | null;
  readonly reportedAtMs: number;
  /** Whether nothing stands against the version, as last reported to the deployer. */
  readonly standing: { readonly isClear: boolean; readonly atMs: number } | null;
  /** As last told to the mirror. */
  readonly isSpeedMissing: boolean;
  readonly checkpoints: Checkpoints;
  /** Of the processes; positive infinity while they are sampled. */
  readonly sampledAtMs: number;
}

/** Collects the evidence of the test and reports what it allows; keeps a checkpoint of it. */
export function comparatorActor(
  deps: ComparatorDeps,
): Behaviour<ComparatorMessage, ComparatorState> {
  const { deployer, journal, now } = deps;
  return {
    start(self) {
      self.every(TICK_MS, { type: 'tick' });
      if (self.incarnation > 1) self.send(deployer, { type: 'resync' });
      const startUps = new StartUps();
      const checkpoints = new Checkpoints(deps.save);
      return {
        ...NO_TEST,
        ended: null,
        odds: null,
        memory: new RunningMemory(),
        startUps,
        checkpoints,
        sampledAtMs: now(),
      };
    },

    async handle(state, message, self) {
      switch (message.type) {
        case 'evaluate':
          return evaluate(deps, self, state, message);
        case 'evaluate-off':
          return { ...state, ...NO_TEST, ended: state.test ?? state.ended };
        case 'outcomes':
          state.test?.compared(message.batch, now());
          if (state.test?.against != null) {
            const { outcomes } = message.batch;
            self.send(deps.userWatch, { type: 'copied', outcomes });
          }
          return state;
        case 'observed':
          observed(message.batch, deps.endpoints, state.memory, state.test);
          return state;
        case 'log':
          logged(state, message);
          return state;
        case 'log-read':
          logRead(state.test, message);
          return state;
        case 'tick':
          return tick(deps, self, sample(deps, self, state, now()), now());
        case 'sampled':
          if (message.sample?.running) state.memory.sampled(message.sample.running);
          if (message.sample !== null) {
            state.test?.sampled(message.sample);
            self.send(deps.metrics, { type: 'sampled', sample: message.sample });
          }
          return { ...state, sampledAtMs: now() };
        case 'decided':
          writeReport(deps, self, state, message.decision);
          return state;
        case 'reported':
          if (message.problem !== null) {
            journal.error(`the report could not be written: ${message.problem}`);
          }
          return state;
        case 'describe':
          self.send(message.reply, state.test?.describe() ?? null);
          return state;
        case 'share': {
          const odds = localVetoOdds(message.hosts);
          state.test?.rejectAt(odds);
          self.send(message.reply, sharedOf(state.test, now()));
          return { ...state, odds };
        }
        case 'report':
          self.send(message.reply, state.test?.view() ?? null);
          return state;
        case 'course':
          self.send(message.reply, state.test?.course() ?? null);
          return state;
      }
    },

    async stop({ test, checkpoints }) {
      if (test !== null) await checkpoints.finish(test);
    },
  };
}

// Private

type Me = Self<ComparatorMessage>;

const NO_TEST = {
  standing: null,
  test: null,
  isSpeedMissing: false,
  reportedAtMs: -REPEAT_MS,
};

async function evaluate(
  deps: ComparatorDeps,
  self: Me,
  state: ComparatorState,
  { accepted, ...what }: Evaluate,
): Promise<ComparatorState> {
  const { release, sinceMs, against } = what;
  if (state.test?.isOf(release, sinceMs, against) === true) {
    state.test.accept(accepted);
    return state;
  }
  const startUp = state.startUps.take(release.name);
  const test = await deps.openTest(what, state.memory, startUp);
  test.accept(accepted);
  if (state.odds !== null) test.rejectAt(state.odds);
  const { noise, id: name } = test;
  if (noise !== null) self.send(deps.trafficMirror, { type: 'noise', name, noise });
  self.send(deps.trafficMirror, { type: 'speed', isMissing: false });
  return { ...state, ...NO_TEST, test };
}

function sample(
  { sampleProcesses, sampleMs }: ComparatorDeps,
  self: Me,
  state: ComparatorState,
  nowMs: number,
): ComparatorState {
  const intervalMs = (state.test === null ? IDLE_FACTOR : 1) * sampleMs();
  if (nowMs - state.sampledAtMs < intervalMs) return state;
  const done = (found: ProcessSample | null) => ({ type: 'sampled', sample: found }) as const;
  self.pipe(sampleProcesses(), done, () => done(null));
  return { ...state, sampledAtMs: Number.POSITIVE_INFINITY };
}

/** The checkpoint is put together in many turns, while all that would change the test waits in the mailbox. */
async function tick(
  deps: ComparatorDeps,
  self: Me,
  state: ComparatorState,
  nowMs: number,
): Promise<ComparatorState> {
  if (state.test === null) return state;
  const report = state.test.decide(nowMs);
  const isSpeedMissing = state.test.isSpeedMissing(nowMs);
  if (isSpeedMissing !== state.isSpeedMissing) {
    self.send(deps.trafficMirror, { type: 'speed', isMissing: isSpeedMissing });
  }
  const now = { ...state, isSpeedMissing };
  if (state.test.against !== null) {
    await state.checkpoints.offer(state.test, nowMs);
    return reportWorse(deps, self, now, nowMs);
  }
  const standing = reportStanding(deps, self, now, report, nowMs);
  await state.checkpoints.offer(state.test, nowMs);
  return reportVerdict(deps, self, { ...now, standing }, report, nowMs);
}

/**
 * Needed while running does not serve. What stands against the version is reported at once; that nothing does, at most
 * every 5 s, since early evidence changes its mind often, and each change is saved to disk.
 */
function reportStanding(
  deps: ComparatorDeps,
  self: Me,
  { test, standing }: ComparatorState,
  { decision, condemned, blocked }: VerdictReport,
  nowMs: number,
): ComparatorState['standing'] {
  const isAgainst = decision === 'reject' || condemned;
  const isClear = !isAgainst && !blocked;
  const isFresh = standing !== null && nowMs - standing.atMs < REPEAT_MS;
  if (test === null || (isFresh && (isClear || !standing.isClear))) return standing;
  const { name } = test.release;
  self.send(deps.deployer, { type: 'standing', name, isClear, isAgainst }, { correlation: name });
  return { isClear, atMs: nowMs };
}

function reportWorse(
  { deployer }: ComparatorDeps,
  self: Me,
  state: ComparatorState,
  nowMs: number,
): ComparatorState {
  const { test, reportedAtMs } = state;
  const reasons = test?.worse(nowMs) ?? null;
  if (test === null || reasons === null || nowMs - reportedAtMs < REPEAT_MS) return state;
  const { name } = test.release;
  const event = { type: 'worse-on-probation', name, by: 'vili', reasons, isByPairs: true } as const;
  self.send(deployer, event, { correlation: name });
  return { ...state, reportedAtMs: nowMs };
}

function reportVerdict(
  deps: ComparatorDeps,
  self: Me,
  state: ComparatorState,
  { decision: allowed, reasons }: VerdictReport,
  nowMs: number,
): ComparatorState {
  const { test, reportedAtMs } = state;
  if (test === null || deps.mode() === 'manual' || nowMs - reportedAtMs < REPEAT_MS) return state;
  if (allowed === 'collecting') return state;
  // Of several hosts one with too few users says nothing against the version; the leader ends the rollout. And none
  // rejects at the odds of one alone while it does not know of how many it is one.
  if (deps.isInFleet && (allowed === 'inconclusive' || state.odds === null)) return state;
  // Inconclusive at the deadline ends the test, too: a version that is not known to be good is not promoted.
  const decision = allowed === 'promote' ? 'promote' : 'reject';
  const { name } = test.release;
  const event = { type: 'verdict', name, decision, by: 'vili', reasons } as const;
  self.send(deps.deployer, event, { correlation: name });
  return { ...state, reportedAtMs: nowMs };
}

function writeReport(
  deps: ComparatorDeps,
  self: Me,
  { test, ended }: ComparatorState,
  decision: DecisionRecord,
): void {
  const decided = [test, ended].find((it) => it?.release.name === decision.version);
  const nothing = { decision, test: null, course: null };
  const concluded = decided?.conclude(decision, deps.now()) ?? Promise.resolve(nothing);
  self.pipe(
    concluded.then(deps.writeReport),
    () => ({ type: 'reported', problem: null }),
    (error) => ({ type: 'reported', problem: messageOf(error) }),
  );
}

import type { Address, Behaviour, Self } from '../lib/actor/index.ts';
import type { Endpoints } from '../lib/compare/endpoint/endpoints.ts';
import { messageOf } from '../lib/errors.ts';
import type { Saved, StartUp } from '../lib/evaluation/evaluation.ts';
import { type DecisionRecord, withSamples } from '../lib/evaluation/report/compose.ts';
import type { TestReport } from '../lib/evaluation/report/report.ts';
import type { RunningResponse } from '../lib/evaluation/response-ring.ts';
import { RunningMemory } from '../lib/evaluation/running-memory.ts';
import { StartUps } from '../lib/evaluation/start-ups.ts';
import type { Journal } from '../lib/journal/journal.ts';
import type { TrafficObservation } from '../lib/model/exchange.ts';
import type { Release } from '../lib/model/release.ts';
import type { VerdictSettings } from '../lib/verdict/settings.ts';
import type { ComparatorMessage, DeployerMessage, TrafficMirrorMessage } from './messages.ts';
import {
  type Begun,
  compared,
  completeSamples,
  describe,
  logged,
  type Test,
  viewOf,
} from './test-view.ts';

const TICK_MS = 250;
const CHECKPOINT_MS = 1000;
/** A verdict that nobody acted upon is told again after this time. */
const REPEAT_MS = 5000;

export interface ComparatorDeps {
  readonly deployer: Address<DeployerMessage>;
  readonly trafficMirror: Address<TrafficMirrorMessage>;
  /** From the checkpoint of the same test if there is one, else afresh. */
  readonly begin: (
    test: { readonly release: Release; readonly sinceMs: number },
    memory: RunningMemory,
    startUp: StartUp,
  ) => Promise<Begun>;
  /** Leaves the report in the version's folder; a test that is not known: what was there stays. */
  readonly writeReport: (outcome: DecisionRecord, test: TestReport | null) => Promise<void>;
  readonly rules: VerdictSettings;
  readonly save: (name: string, saved: Saved) => Promise<void>;
  readonly endpoints: () => Endpoints;
  readonly mode: 'auto' | 'manual';
  readonly now: () => number;
  readonly journal: Journal;
}

interface ComparatorState {
  readonly memory: RunningMemory;
  readonly endpoints: Endpoints;
  readonly startUps: StartUps;
  readonly test: Test | null;
  /** The test that ended last, for its report. */
  readonly ended: Test | null;
  readonly toldAtMs: number;
  readonly savedAtMs: number;
  readonly saving: boolean;
}

/** Collects the evidence of the test and reports what it allows; keeps a checkpoint of it. */
export function comparatorActor(
  deps: ComparatorDeps,
): Behaviour<ComparatorMessage, ComparatorState> {
  return {
    start(self) {
      self.every(TICK_MS, { type: 'tick' });
      if (self.incarnation > 1) self.send(deps.deployer, { type: 'resync' });
      const endpoints = deps.endpoints();
      const memory = new RunningMemory();
      return { ...NO_TEST, ended: null, memory, endpoints, startUps: new StartUps() };
    },

    async handle(state, message, self) {
      switch (message.type) {
        case 'evaluate':
          return judge(deps, self, state, message);
        case 'evaluate-off':
          return { ...state, ...NO_TEST, ended: state.test ?? state.ended };
        case 'outcomes':
          compared(state.test, message.batch, deps.now());
          return state;
        case 'observed': {
          const answers = message.batch.map((it) => answerOf(state.endpoints, it));
          state.memory.responded(answers);
          for (const [index, answer] of answers.entries()) {
            state.test?.evaluation.responded(answer, message.batch[index]?.copied === true);
          }
          return state;
        }
        case 'log':
          takeLog(state, message);
          return state;
        case 'tick':
          return tick(deps, self, state);
        case 'reported':
          return state;
        case 'saved':
          return { ...state, saving: false };
        case 'not-saved':
          deps.journal.error(`the evidence could not be saved: ${message.problem}`, {});
          return { ...state, saving: false };
        case 'not-reported':
          deps.journal.error(`the report could not be written: ${message.problem}`, {});
          return state;
        case 'decided':
          decided(deps, self, state, message.outcome);
          return state;
        case 'describe':
          self.send(message.reply, describe(state.test, deps.rules));
          return state;
        case 'report':
          self.send(message.reply, viewOf(state.test, deps.rules));
          return state;
      }
    },
  };
}

// Private

const NO_TEST = {
  test: null,
  toldAtMs: -REPEAT_MS,
  savedAtMs: 0,
  saving: false,
};

async function judge(
  deps: ComparatorDeps,
  self: Self<ComparatorMessage>,
  state: ComparatorState,
  { release, sinceMs }: Extract<ComparatorMessage, { type: 'evaluate' }>,
): Promise<ComparatorState> {
  const known = state.test?.evaluation;
  if (known?.fingerprint === release.fingerprint && known.sinceMs === sinceMs) return state;
  const startUp = state.startUps.take(release.name);
  const begun = await deps.begin({ release, sinceMs }, state.memory, startUp);
  const { name } = release;
  const { noise } = begun.evaluation;
  if (noise !== null) self.send(deps.trafficMirror, { type: 'noise', name, noise });
  return { ...state, ...NO_TEST, test: { ...begun, release, report: null } };
}

function takeLog(
  state: ComparatorState,
  message: Extract<ComparatorMessage, { type: 'log' }>,
): void {
  const { version, role, instance, batch } = message;
  if (role === 'running') {
    state.memory.logged(batch);
    if (state.test !== null) logged(state.test, 'running', batch);
  } else if (version === state.test?.release.name) logged(state.test, 'testing', batch);
  else state.startUps.logged(version, instance, batch);
}

function tick(
  deps: ComparatorDeps,
  self: Self<ComparatorMessage>,
  state: ComparatorState,
): ComparatorState {
  if (state.test === null) return state;
  const nowMs = deps.now();
  completeSamples(state.test, nowMs);
  const verdict = state.test.evaluation.decide(nowMs);
  const reasons = withSamples(verdict.reasons, state.test.store.entries());
  const test = { ...state.test, report: { ...verdict, reasons } };
  return save(deps, self, tell(deps, self, { ...state, test }, test, nowMs), nowMs);
}

function tell(
  deps: ComparatorDeps,
  self: Self<ComparatorMessage>,
  state: ComparatorState,
  { release, report }: Test,
  nowMs: number,
): ComparatorState {
  if (deps.mode === 'manual' || nowMs - state.toldAtMs < REPEAT_MS) return state;
  if (report === null || report.decision === 'collecting') return state;
  // Inconclusive at its deadline: the test ends, and what is not known to be good is not promoted.
  const decision = report.decision === 'promote' ? 'promote' : 'reject';
  const { name } = release;
  const { reasons } = report;
  const event = { type: 'verdict', name, decision, by: 'vili', reasons } as const;
  self.send(deps.deployer, event, { correlation: name });
  return { ...state, toldAtMs: nowMs };
}

function save(
  deps: ComparatorDeps,
  self: Self<ComparatorMessage>,
  state: ComparatorState,
  nowMs: number,
): ComparatorState {
  const { test, saving, savedAtMs } = state;
  if (test === null || saving || !test.evaluation.changed) return state;
  if (nowMs - savedAtMs < CHECKPOINT_MS) return state;
  self.pipe(
    deps.save(test.release.name, test.evaluation.checkpoint()),
    () => ({ type: 'saved' }),
    (error) => ({ type: 'not-saved', problem: messageOf(error) }),
  );
  return { ...state, saving: true, savedAtMs: nowMs };
}

/** The samples are written first, so that whoever sees the report finds them. */
function decided(
  deps: ComparatorDeps,
  self: Self<ComparatorMessage>,
  { test, ended }: ComparatorState,
  outcome: DecisionRecord,
): void {
  const judged = [test, ended].find((it) => it?.release.name === outcome.version) ?? null;
  if (judged !== null) completeSamples(judged, deps.now(), true);
  const view = viewOf(judged, deps.rules);
  const reasons = withSamples(outcome.reasons, judged?.store.entries() ?? []);
  const written = (judged?.store.flush() ?? Promise.resolve()).then(() =>
    deps.writeReport(judged === null ? outcome : { ...outcome, reasons }, view?.test ?? null),
  );
  self.pipe(
    written,
    () => ({ type: 'reported' }),
    (error) => ({ type: 'not-reported', problem: messageOf(error) }),
  );
}

function answerOf(endpoints: Endpoints, it: TrafficObservation): RunningResponse {
  const { status, ms, failure, atMs } = it;
  return {
    endpoint: endpoints.endpointOf(it.endpointMethod, it.path),
    response: { status, ms, failure },
    atMs,
  };
}

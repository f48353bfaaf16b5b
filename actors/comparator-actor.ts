import type { Address, Behaviour, Self } from '../lib/actor/index.ts';
import type { Endpoints } from '../lib/compare/endpoints.ts';
import type { Release } from '../lib/deployment/state.ts';
import { messageOf } from '../lib/errors.ts';
import type { TrafficObservation } from '../lib/gate/traffic.ts';
import type { Journal } from '../lib/journal/journal.ts';
import { type Judgement, type Saved, type StartUp } from '../lib/judgement/judgement.ts';
import { errorKinds, type RunningAnswer, RunningMemory } from '../lib/judgement/running-memory.ts';
import { errorsOf } from '../lib/logs/windows.ts';
import type { VerdictReport } from '../lib/verdict/report.ts';
import type { ComparatorMessage, DeployerMessage } from './messages.ts';

const TICK_MS = 250;
const CHECKPOINT_MS = 1000;
/** A verdict that nobody acted upon is told again after this time. */
const REPEAT_MS = 5000;
/** Candidates whose start-up lines are remembered until their test begins. */
const START_UPS_MAX = 4;

export interface ComparatorDeps {
  readonly deployer: Address<DeployerMessage>;
  /** From the checkpoint of the same build if there is one, else afresh. */
  readonly begin: (release: Release, memory: RunningMemory, startUp: StartUp) => Promise<Judgement>;
  readonly save: (name: string, saved: Saved) => Promise<void>;
  readonly endpoints: () => Endpoints;
  readonly mode: 'auto' | 'manual';
  readonly now: () => number;
  readonly journal: Journal;
}

interface ComparatorState {
  readonly memory: RunningMemory;
  readonly endpoints: Endpoints;
  readonly startUps: Map<string, StartUp>;
  readonly release: Release | null;
  readonly judgement: Judgement | null;
  readonly report: VerdictReport | null;
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
      if (self.incarnation > 1) self.send(deps.deployer, { type: 'hello', from: self.path });
      const endpoints = deps.endpoints();
      const memory = new RunningMemory();
      return { ...NO_TEST, memory, endpoints, startUps: new Map() };
    },

    async handle(state, message, self) {
      switch (message.type) {
        case 'judge':
          return judge(deps, state, message.release);
        case 'judge-off':
          return { ...state, ...NO_TEST };
        case 'outcomes': {
          const { testId, outcomes, ignored } = message.batch;
          if (testId !== state.judgement?.name) return state;
          state.judgement.pairs(outcomes);
          state.judgement.ignored(ignored);
          return state;
        }
        case 'observed': {
          const answers = message.batch.map((it) => answerOf(state.endpoints, it));
          state.memory.answered(answers);
          return state;
        }
        case 'log':
          logged(state, message);
          return state;
        case 'tick':
          return tick(deps, self, state);
        case 'saved':
          return { ...state, saving: false };
        case 'not-saved':
          deps.journal.error(`the evidence could not be saved: ${message.problem}`, {});
          return { ...state, saving: false };
        case 'describe': {
          const { release, report } = state;
          self.send(message.reply, release && report ? { release, report } : null);
          return state;
        }
      }
    },
  };
}

// Private

const NO_TEST = {
  release: null,
  judgement: null,
  report: null,
  toldAtMs: -REPEAT_MS,
  savedAtMs: 0,
  saving: false,
};

async function judge(
  deps: ComparatorDeps,
  state: ComparatorState,
  release: Release,
): Promise<ComparatorState> {
  if (state.judgement?.fingerprint === release.fingerprint) return state;
  const startUp = state.startUps.get(release.name) ?? { errors: 0, example: undefined };
  state.startUps.clear();
  const judgement = await deps.begin(release, state.memory, startUp);
  return { ...state, ...NO_TEST, release, judgement };
}

function logged(
  state: ComparatorState,
  message: Extract<ComparatorMessage, { type: 'log' }>,
): void {
  const { version, role, batch } = message;
  if (role === 'running') {
    state.memory.logged(batch);
    state.judgement?.logged('running', batch);
  } else if (version === state.judgement?.name) state.judgement.logged('testing', batch);
  else {
    const before = state.startUps.get(version);
    const errors = (before?.errors ?? 0) + errorsOf(batch);
    const example = before?.example ?? errorKinds(batch)[0]?.example;
    if (state.startUps.size < START_UPS_MAX || before)
      state.startUps.set(version, { errors, example });
  }
}

function tick(
  deps: ComparatorDeps,
  self: Self<ComparatorMessage>,
  state: ComparatorState,
): ComparatorState {
  const { release, judgement } = state;
  if (release === null || judgement === null) return state;
  const nowMs = deps.now();
  const report = judgement.decide(nowMs);
  return save(deps, self, tell(deps, self, { ...state, report }, release, nowMs), nowMs);
}

function tell(
  deps: ComparatorDeps,
  self: Self<ComparatorMessage>,
  state: ComparatorState,
  release: Release,
  nowMs: number,
): ComparatorState {
  const decision = state.report?.decision;
  if (deps.mode === 'manual' || nowMs - state.toldAtMs < REPEAT_MS) return state;
  if (decision !== 'promote' && decision !== 'reject') return state;
  const { name } = release;
  const reasons = state.report?.reasons ?? [];
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
  const { judgement, saving, savedAtMs } = state;
  if (judgement === null || saving || !judgement.changed) return state;
  if (nowMs - savedAtMs < CHECKPOINT_MS) return state;
  self.pipe(
    deps.save(judgement.name, judgement.checkpoint()),
    () => ({ type: 'saved' }),
    (error) => ({ type: 'not-saved', problem: messageOf(error) }),
  );
  return { ...state, saving: true, savedAtMs: nowMs };
}

function answerOf(endpoints: Endpoints, it: TrafficObservation): RunningAnswer {
  const { status, ms, failure, atMs } = it;
  return {
    endpoint: endpoints.endpointOf(it.endpointMethod, it.path),
    answer: { status, ms, failure },
    atMs,
  };
}

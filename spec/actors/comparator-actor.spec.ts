import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { comparatorActor } from '../../actors/comparator-actor.ts';
import type { ComparatorDeps } from '../../actors/deps/comparator.ts';
import type {
  ComparatorMessage,
  DeployerMessage,
  TrafficMirrorMessage,
} from '../../actors/messages.ts';
import type { Address } from '../../lib/actor/index.ts';
import { createEndpoints } from '../../lib/compare/endpoint/endpoints.ts';
import { writeReport } from '../../lib/evaluation/report/files.ts';
import type { EvaluationView, TestView } from '../../lib/evaluation/report/views.ts';
import type { SharedEvidence } from '../../lib/evaluation/shared.ts';
import { Test } from '../../lib/evaluation/test.ts';
import type { OutcomeBatch } from '../../lib/mirror/events.ts';
import { NO_HARM } from '../../lib/model/users/harm.ts';
import { release } from '../lib/deployment/world.ts';
import { asked, inbox, recordingJournal, type Stage, withActor } from '../support/actor-kit.ts';
import { DEFAULT_SETTINGS, DEFAULT_VERDICT_SETTINGS } from '../support/default-settings.ts';
import { eventually } from '../support/eventually.ts';
import { batchOf } from '../support/log-batches.ts';
import { pairOf, responseOf, START_MS } from '../support/pairs.ts';
import { withTempFolder } from '../support/temp-folder.ts';

const NAME = 'shop-2';
const EVALUATE = {
  type: 'evaluate',
  release: release(2),
  sinceMs: START_MS,
  accepted: [],
} as const;
const TICK: ComparatorMessage = { type: 'tick' };
const DECIDED: ComparatorMessage = {
  type: 'decided',
  decision: {
    verdict: 'rejected',
    at: '',
    version: NAME,
    running: 'shop-1',
    by: 'vili',
    reasons: [],
  },
};

describe('The comparator', () => {
  it('describes no test until one has begun and was evaluated', async () => {
    await withComparator(async (stage) => {
      expect(await describeTest(stage)).to.equal(null);
      stage.actor.tell(EVALUATE);
      expect(await describeTest(stage)).to.equal(null);
      stage.actor.tell(TICK);
      expect(await describeTest(stage)).to.have.nested.property('report.decision', 'collecting');
      expect(await viewTest(stage)).to.include({ version: NAME });
    });
  });

  it('counts the pairs of the version under test, and of no other', async () => {
    await withComparator(async (stage) => {
      const { actor } = stage;
      actor.tell(EVALUATE);
      actor.tell({ type: 'outcomes', batch: outcomesOf(3) });
      actor.tell({ type: 'outcomes', batch: { ...outcomesOf(4), testId: 'shop-9' } });
      actor.tell(TICK);
      expect((await viewTest(stage))?.test.pairs).to.equal(3);
    });
  });

  it('reports bad evidence as a rejection, and repeats it only after 5 s', async () => {
    await withComparator(async (stage) => {
      const { actor, deployer, clock } = stage;
      await failForTwoMinutes(stage);
      const verdict = await deployer.next('verdict');
      expect(verdict).to.include({ name: NAME, decision: 'reject', by: 'vili' });
      expect(verdict.reasons[0]?.code).to.equal('errors');
      const reported = deployer.messages.length;
      await send(stage, TICK);
      expect(deployer.messages).to.have.length(reported);
      clock.nowMs += 5000;
      actor.tell(TICK);
      await eventually('it is repeated', () => deployer.messages.length > reported);
    });
  });

  it('reports nothing in manual mode', async () => {
    await withComparator(
      async (stage) => {
        await failForTwoMinutes(stage);
        expect((await describeTest(stage))?.report.decision).to.equal('reject');
        expect(stage.deployer.messages).to.deep.equal([]);
      },
      { mode: () => 'manual' },
    );
  });

  for (const [where, against] of [
    ['in a test', {}],
    ['on probation', { against: 'shop-1' }],
  ] as const) {
    it(`asks for more times while they are missing, ${where}`, async () => {
      await withComparator(async (stage) => {
        await send(stage, { ...EVALUATE, ...against }, TICK);
        const wished = stage.trafficMirror.messages.filter(({ type }) => type === 'speed');
        expect(wished).to.deep.equal([
          { type: 'speed', isMissing: false },
          { type: 'speed', isMissing: true },
        ]);
      });
    });
  }

  it('rejects a version that is still inconclusive at its deadline', async () => {
    await withComparator(async (stage) => {
      const { actor, deployer, clock } = stage;
      await send(stage, EVALUATE, { type: 'outcomes', batch: outcomesOf(3) });
      clock.nowMs += DEFAULT_VERDICT_SETTINGS.deadlineMs + 1;
      actor.tell(TICK);
      const { decision, reasons } = await deployer.next('verdict');
      expect([decision, reasons[0]?.code]).to.deep.equal(['reject', 'deadline']);
    });
  });

  it('rejects nothing at its deadline where several hosts decide, also before it is asked for its share', async () => {
    await withComparator(
      async (stage) => {
        const { deployer, clock } = stage;
        await send(stage, EVALUATE, { type: 'outcomes', batch: outcomesOf(3) });
        clock.nowMs += DEFAULT_VERDICT_SETTINGS.deadlineMs + 1;
        await send(stage, TICK);
        expect((await describeTest(stage))?.report.decision).to.equal('inconclusive');
        await askShare(stage, 3);
        clock.nowMs += 5000;
        await send(stage, TICK);
        expect(deployer.messages.filter(({ type }) => type === 'verdict')).to.deep.equal([]);
      },
      { isInFleet: true },
    );
  });

  it('rejects as one of several only once it knows of how many it is one', async () => {
    await withComparator(
      async (stage) => {
        const { deployer, clock } = stage;
        await failForTwoMinutes(stage);
        expect((await describeTest(stage))?.report.decision).to.equal('reject');
        expect(deployer.messages.filter(({ type }) => type === 'verdict')).to.deep.equal([]);
        await askShare(stage, 2);
        clock.nowMs += 5000;
        await send(stage, TICK);
        expect(await deployer.next('verdict')).to.include({ decision: 'reject' });
      },
      { isInFleet: true },
    );
  });

  it('saves a checkpoint at most every second, and goes on when that fails', async () => {
    let failures = 1;
    const saved: string[] = [];
    const save = (name: string): Promise<void> => {
      if (failures-- > 0) return Promise.reject(new Error('ENOSPC'));
      saved.push(name);
      return Promise.resolve();
    };
    await withComparator(
      async (stage) => {
        const { clock } = stage;
        await send(stage, EVALUATE);
        for (let second = 1; second <= 3; second++) {
          clock.nowMs += 1000;
          await send(stage, { type: 'outcomes', batch: outcomesOf(1) }, TICK, TICK);
          await eventually(`second ${second}`, () => saved.length === second - 1);
        }
        expect(saved).to.deep.equal([NAME, NAME]);
      },
      { save },
    );
  });

  it('continues a test from its checkpoint after a restart, with what was learned of noise', async () => {
    await withComparator(async (stage) => {
      const { actor, clock, crash, deployer, trafficMirror } = stage;
      await send(stage, EVALUATE, {
        type: 'outcomes',
        batch: { ...outcomesOf(5), noise: 'learned' },
      });
      clock.nowMs += 1000;
      actor.tell(TICK);
      await eventually('a checkpoint', async () =>
        (await readdir(stage.folder)).includes('e.json'),
      );
      await crash();
      expect(deployer.types()).to.deep.equal(['resync']);
      expect(await describeTest(stage)).to.equal(null);
      actor.tell(EVALUATE);
      expect(await trafficMirror.next('noise')).to.include({ name: NAME, noise: 'learned' });
      actor.tell(TICK);
      expect((await viewTest(stage))?.test.pairs).to.equal(5);
    });
  });

  it('begins afresh, and says why, when the checkpoint is damaged', async () => {
    await withComparator(async (stage) => {
      await writeFile(join(stage.folder, 'e.json'), '{');
      stage.actor.tell(EVALUATE);
      stage.actor.tell(TICK);
      expect((await viewTest(stage))?.test.pairs).to.equal(0);
      expect(stage.journal.lines[0]).to.match(/^warn evidence on shop-2 begins afresh: /);
    });
  });

  it('keeps its test when it is told to evaluate the same again, and begins another one anew', async () => {
    await withComparator(async (stage) => {
      const { actor } = stage;
      actor.tell(EVALUATE);
      actor.tell({ type: 'outcomes', batch: outcomesOf(2) });
      actor.tell(EVALUATE);
      actor.tell(TICK);
      expect((await viewTest(stage))?.test.pairs).to.equal(2);
      actor.tell({ ...EVALUATE, sinceMs: START_MS + 1 });
      actor.tell(TICK);
      expect((await viewTest(stage))?.test.pairs).to.equal(0);
    });
  });

  it('counts a response of which no copy was made once, as a request that was not compared', async () => {
    await withComparator(async (stage) => {
      const { actor } = stage;
      actor.tell(EVALUATE);
      const request = {
        endpointMethod: 'GET',
        path: '/items/7',
        operation: '',
        instance: 'shop-1/1_running',
        client: '10.0.0.1',
      } as const;
      const seen = { ...request, kind: '', bytes: 2, status: 200, ms: 4 };
      const batch = [{ ...seen, failure: null, atMs: START_MS, copied: false }];
      actor.tell({ type: 'observed', batch });
      actor.tell(TICK);
      const coverage = JSON.stringify((await viewTest(stage))?.test.coverage);
      expect(coverage).to.contain('GET /items/{id}');
    });
  });

  it('counts what a candidate logged before its test began as evidence of its start-up', async () => {
    await withComparator(async (stage) => {
      const { actor } = stage;
      const kinds = [{ signature: 's', level: 'error', count: 1, example: 'no config' }] as const;
      const log = { type: 'log', version: NAME, instance: 'shop-2/1_test' } as const;
      const batch = batchOf(START_MS, { error: 1 }, { kinds });
      actor.tell({ ...log, role: 'testing', batch });
      actor.tell(EVALUATE);
      actor.tell({ ...log, role: 'running', version: 'shop-1', batch: batchOf(START_MS, {}) });
      actor.tell(TICK);
      const missing = (await describeTest(stage))?.report.missing.join();
      expect(missing).to.contain('testing logged clearly more ERROR');
    });
  });

  it('writes the report on a test that has just ended', async () => {
    await withComparator(async (stage) => {
      const { actor, folder } = stage;
      actor.tell(EVALUATE);
      actor.tell({ type: 'outcomes', batch: outcomesOf(6) });
      actor.tell(TICK);
      actor.tell({ type: 'evaluate-off' });
      actor.tell(DECIDED);
      await eventually('the report', async () => (await readdir(folder)).includes('report.json'));
      const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8'));
      expect(report).to.include({ version: NAME, verdict: 'rejected' });
      expect(report.test.pairs).to.equal(6);
      expect(await describeTest(stage)).to.equal(null);
    });
  });

  it('writes a report without a test for a version it knows nothing of, and logs a failure', async () => {
    await withComparator(
      async ({ actor, journal, written }) => {
        actor.tell(DECIDED);
        await eventually('it is logged', () => journal.lines.length === 1);
        expect(written).to.deep.equal([null]);
        expect(journal.lines[0]).to.equal('error the report could not be written: EROFS');
      },
      { reportProblem: 'EROFS' },
    );
  });
});

// Private

interface Comparator extends Stage<ComparatorMessage> {
  readonly deployer: ReturnType<typeof inbox<DeployerMessage>>;
  readonly trafficMirror: ReturnType<typeof inbox<TrafficMirrorMessage>>;
  readonly journal: ReturnType<typeof recordingJournal>;
  readonly clock: { nowMs: number };
  /** Of the version; its evidence is in `e.json`. */
  readonly folder: string;
  /** The tests of the reports that were written. */
  readonly written: unknown[];
}

/** A comparator with a clock of the spec's own, whose files are in a temporary folder. */
async function withComparator(
  use: (stage: Comparator) => Promise<void>,
  change: Partial<ComparatorDeps> & { readonly reportProblem?: string } = {},
): Promise<void> {
  const { reportProblem, ...deps } = change;
  await withTempFolder(async (base) => {
    const folder = join(base, NAME);
    await mkdir(folder);
    const evidenceFile = join(folder, 'e.json');
    const deployer = inbox<DeployerMessage>('/vili/deployer');
    const trafficMirror = inbox<TrafficMirrorMessage>('/vili/traffic-mirror');
    const journal = recordingJournal();
    const clock = { nowMs: START_MS };
    const written: unknown[] = [];
    const behaviour = () =>
      comparatorActor({
        // Where the test stands is reported all the time, and has specs of its own.
        deployer: {
          ...deployer,
          tell: (message) => (message.type === 'standing' ? true : deployer.tell(message)),
        },
        trafficMirror,
        userWatch: inbox('/vili/user-watch'),
        metrics: inbox('/vili/metrics'),
        openTest: (test, memory, startUp) =>
          Test.open({
            ...test,
            memory,
            startUp,
            rules: DEFAULT_VERDICT_SETTINGS,
            samples: DEFAULT_SETTINGS.samples,
            versionFolder: folder,
            evidenceFile,
            nowMs: clock.nowMs,
            toWall: (atMs) => atMs,
            onProblem: (text) => journal.warn(text),
          }),
        writeReport: ({ decision, test }) => {
          written.push(test);
          if (reportProblem !== undefined) return Promise.reject(new Error(reportProblem));
          return writeReport(folder, decision, test);
        },
        save: (_name, checkpoint) => writeFile(evidenceFile, checkpoint),
        endpoints: createEndpoints({ routes: [], maxEndpoints: 100 }),
        sampleProcesses: () => Promise.resolve(null),
        sampleMs: () => 5000,
        mode: () => 'auto',
        isInFleet: false,
        now: () => clock.nowMs,
        journal,
        ...deps,
      });
    await withActor<ComparatorMessage>(behaviour, (stage) =>
      use({ ...stage, deployer, trafficMirror, journal, clock, folder, written }),
    );
  });
}

function describeTest(stage: Comparator): Promise<EvaluationView | null> {
  const make = (reply: Address<EvaluationView | null>) => ({ type: 'describe', reply }) as const;
  return asked<ComparatorMessage, EvaluationView | null>(stage, make);
}

function viewTest(stage: Comparator): Promise<TestView | null> {
  const make = (reply: Address<TestView | null>) => ({ type: 'report', reply }) as const;
  return asked<ComparatorMessage, TestView | null>(stage, make);
}

function askShare(stage: Comparator, hosts: number): Promise<SharedEvidence | null> {
  const make = (reply: Address<SharedEvidence | null>) => {
    return { type: 'share', hosts, reply } as const;
  };
  return asked<ComparatorMessage, SharedEvidence | null>(stage, make);
}

/** Sends messages and resolves when they are handled, so that the clock may move on. */
async function send(stage: Comparator, ...messages: readonly ComparatorMessage[]): Promise<void> {
  for (const message of messages) stage.actor.tell(message);
  await describeTest(stage);
}

/** Evidence must last for a while before it rejects: two minutes of it are enough. */
async function failForTwoMinutes(stage: Comparator): Promise<void> {
  await send(stage, EVALUATE);
  for (let second = 0; second < 120; second += 2) {
    stage.clock.nowMs += 2000;
    const batch = outcomesOf(20, 500, stage.clock.nowMs - START_MS);
    await send(stage, { type: 'outcomes', batch }, TICK);
  }
}

function outcomesOf(count: number, status = 200, atMs = 0): OutcomeBatch {
  const pair = (): ReturnType<typeof pairOf> =>
    pairOf({ atMs, testing: responseOf(status), differs: status !== 200 });
  return {
    testId: NAME,
    outcomes: Array.from({ length: count }, pair),
    dropped: {},
    paused: { slow: 0, busy: 0 },
    translated: 0,
    overdue: 0,
    harm: NO_HARM,
    ignored: [],
    samples: [],
    noise: null,
  };
}

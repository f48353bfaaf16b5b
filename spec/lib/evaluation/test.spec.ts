import { mkdir, writeFile } from 'node:fs/promises';
import { NO_HARM } from '../../../lib/model/users/harm.ts';
import { join } from 'node:path';
import { expect } from 'chai';
import { writeState } from '../../../lib/base/state/state-file.ts';
import type { SampleCopy } from '../../../lib/compare/sample/sample.ts';
import { RunningMemory } from '../../../lib/evaluation/running-memory.ts';
import { readSamples } from '../../../lib/evaluation/samples/sample-store.ts';
import { samplesFolder } from '../../../lib/evaluation/samples/sample-store.ts';
import { Test } from '../../../lib/evaluation/test.ts';
import type { OutcomeBatch } from '../../../lib/mirror/events.ts';
import { readBack } from '../../../lib/model/text/pieces.ts';
import { DEFAULT_VERDICT_SETTINGS } from '../../support/default-settings.ts';
import { pairOf, responseOf, START_MS } from '../../support/pairs.ts';
import { withTempFolder } from '../../support/temp-folder.ts';

const RELEASE = {
  fileName: 'shop-2.mjs',
  name: 'shop-2',
  version: '2',
  extension: '.mjs',
  fingerprint: 'abc',
};
const SAMPLE: SampleCopy = {
  id: '00000001',
  endpoint: 'GET /a',
  signal: 'errors',
  key: '200 > 500',
  atMs: START_MS,
  requestId: 'request-1',
  path: '/a',
  runningMs: 5,
  text: JSON.stringify({ schema: 'vili.sample/1', id: '00000001' }),
};

const NO_LINES = { lines: [], more: 0 };
const DECISION = {
  verdict: 'rejected',
  at: '2026-01-01T00:00:00.000Z',
  version: 'shop-2',
  running: 'shop-1',
  by: 'vili',
  reasons: [
    { code: 'errors', endpoint: 'GET /a', text: 'worse', observed: 1, limit: 0, samples: [] },
  ],
};

interface Places {
  readonly evidenceFile: string;
  readonly samples: string;
  readonly problems: readonly string[];
}

describe('the test of a version', () => {
  it('continues with its evidence, its noise and its samples after a restart', async () => {
    await withTest(async (open, { evidenceFile }) => {
      const before = await open();
      before.compared(batchOf({ noise: '[]', samples: [SAMPLE] }), START_MS);
      await writeState(evidenceFile, readBack(before.checkpoint() ?? []));
      expect(before.checkpoint(), 'nothing is new since').to.equal(null);
      await before.conclude(DECISION, START_MS);
      const after = await open();
      expect(after.decide(START_MS + 1000).pairs).to.equal(1);
      expect(after.noise).to.equal('[]');
      expect(after.view()?.test.pairs).to.equal(1);
    });
  });

  it('begins afresh, without old samples, when its checkpoint is of another test', async () => {
    await withTest(async (open, { evidenceFile, samples, problems }) => {
      const before = await open();
      before.compared(batchOf({ samples: [SAMPLE] }), START_MS);
      await before.conclude(DECISION, START_MS);
      await writeState(evidenceFile, readBack(before.checkpoint() ?? []));
      const after = await open(START_MS + 1);
      expect(after.isOf(RELEASE, START_MS + 1)).to.equal(true);
      expect(after.isOf(RELEASE, START_MS)).to.equal(false);
      expect(after.decide(START_MS + 1000).pairs).to.equal(0);
      expect(await readSamples(samples)).to.deep.equal([]);
      expect(problems).to.deep.equal([]);
    });
  });

  it('begins afresh and says so when its checkpoint is damaged', async () => {
    await withTest(async (open, { evidenceFile, problems }) => {
      await writeFile(evidenceFile, '{"fingerprint":');
      expect((await open()).decide(START_MS).pairs).to.equal(0);
      expect(problems).to.have.length(1);
      expect(problems[0]).to.match(/^evidence on shop-2 begins afresh: /);
    });
  });

  it('ignores what the mirror worker found in another test', async () => {
    await withTest(async (open) => {
      const test = await open();
      test.compared({ ...batchOf({}), testId: 'shop-1' }, START_MS);
      expect(test.checkpoint()).to.equal(null);
      expect(test.view(), 'nothing was decided yet').to.equal(null);
    });
  });

  it('is described as of its last decision, whatever came since and however many ask', async () => {
    await withTest(async (open) => {
      const test = await open();
      expect(test.describe()).to.equal(null);
      test.compared(batchOf({}), START_MS);
      test.decide(START_MS);
      const described = test.describe();
      expect(described?.endpoints.map(({ pairs }) => pairs)).to.deep.equal([1]);
      test.compared(batchOf({}), START_MS);
      expect(test.describe()).to.equal(described);
      test.decide(START_MS + 250);
      expect(test.describe()?.report.pairs).to.equal(2);
      expect(test.describe()?.endpoints.map(({ pairs }) => pairs)).to.deep.equal([2]);
    });
  });

  it('concludes once its samples are written, and names them with the reasons', async () => {
    await withTest(async (open, { samples }) => {
      const test = await open();
      test.compared(batchOf({ samples: [SAMPLE] }), START_MS);
      test.decide(START_MS);
      const concluded = await test.conclude(DECISION, START_MS);
      expect(concluded.decision.reasons[0]?.samples).to.deep.equal(['00000001']);
      expect(concluded.test?.pairs).to.equal(1);
      const [written] = await readSamples(samples);
      expect(written?.logs).to.deep.equal({ running: NO_LINES, testing: NO_LINES });
    });
  });
});

// Private

async function withTest(
  use: (open: (sinceMs?: number) => Promise<Test>, places: Places) => Promise<void>,
): Promise<void> {
  await withTempFolder(async (base) => {
    const versionFolder = join(base, 'shop-2');
    await mkdir(versionFolder);
    const problems: string[] = [];
    const evidenceFile = join(base, 'shop-2.json');
    const open = (sinceMs = START_MS): Promise<Test> =>
      Test.open({
        release: RELEASE,
        sinceMs,
        rules: DEFAULT_VERDICT_SETTINGS,
        samples: { perEndpoint: 5, maxBytes: 10_000, maxBodyBytes: 1000 },
        versionFolder,
        evidenceFile,
        memory: new RunningMemory(),
        startUp: { errors: 0, example: undefined, lines: 1 },
        nowMs: START_MS,
        toWall: (atMs) => atMs,
        onProblem: (text) => problems.push(text),
      });
    await use(open, { evidenceFile, samples: samplesFolder(versionFolder), problems });
  });
}

function batchOf(change: Partial<OutcomeBatch>): OutcomeBatch {
  return {
    testId: 'shop-2',
    outcomes: [pairOf({ endpoint: 'GET /a', testing: responseOf(500) })],
    ignored: [],
    samples: [],
    noise: null,
    overdue: 0,
    harm: NO_HARM,
    paused: { slow: 0, busy: 0 },
    translated: 0,
    dropped: {},
    ...change,
  };
}

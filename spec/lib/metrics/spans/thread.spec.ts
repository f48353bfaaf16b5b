import { expect } from 'chai';
import { SpanCounts } from '../../../../lib/metrics/spans/counts.ts';
import {
  type ServedExchange,
  SPAN_LIMITS,
  type SpanSettings,
  tracesUrl,
} from '../../../../lib/metrics/spans/protocol.ts';
import { SpanThread } from '../../../../lib/metrics/spans/thread.ts';
import { steadyNow } from '../../../../lib/runtime/clock.ts';
import { type Collector, withCollector } from '../../../support/collector.ts';
import { eventually } from '../../../support/eventually.ts';

const MASK = { headers: [], paths: [] };
const LIMITS = { batch: 10, intervalMs: 20, exportMs: 500 };
const QUIET_MS = 20_000;

function exchangeOf(index: number, change: Partial<ServedExchange> = {}): ServedExchange {
  const id = index.toString(16);
  return {
    span: {
      traceId: id.padStart(32, 'a'),
      spanId: id.padStart(16, 'b'),
      parentId: '',
      requestId: `r-${id}`,
      scheme: 'http',
      host: 'shop.example',
    },
    method: 'GET',
    path: '/items/1',
    endpoint: 'GET /items/{id}',
    atMs: steadyNow(),
    ms: 2.5,
    status: 200,
    failure: null,
    instance: 'shop-1.0.0/1_running',
    ...change,
  };
}

interface Stage {
  readonly thread: SpanThread;
  readonly counts: SpanCounts;
  readonly problems: (string | null)[];
  readonly gone: Error[];
}

async function withThread(
  url: string,
  use: (stage: Stage) => Promise<void>,
  change: Partial<SpanSettings> = {},
): Promise<void> {
  const counts = new SpanCounts();
  const problems: (string | null)[] = [];
  const gone: Error[] = [];
  const own = { url: tracesUrl(url), identifier: 'shop', viliVersion: '1', mask: MASK };
  const thread = new SpanThread({ ...own, limits: LIMITS, ...change }, counts, {
    onSettled: (problem) => problems.push(problem),
    onGone: (error) => gone.push(error),
  });
  try {
    await use({ thread, counts, problems, gone });
  } finally {
    await thread.close();
  }
}

/** A problem is there, and all that was added is counted. */
async function troubled(
  collector: Collector,
  mode: Collector['mode'],
  { thread, counts, problems }: Stage,
): Promise<string> {
  collector.mode = mode;
  const before = counts.view().dropped['not-taken'];
  problems.length = 0;
  thread.add([exchangeOf(1)], []);
  const problem = await eventually('a problem is told', () => problems[0] ?? null, QUIET_MS);
  expect(counts.view().dropped['not-taken']).to.equal(before + 1);
  return problem;
}

describe('The thread that exports spans', function () {
  this.timeout(60_000);

  it('sends what it gets to the collector, with its ids and times', async () => {
    await withCollector(async (collector) => {
      await withThread(collector.url, async ({ thread, counts }) => {
        const many = Array.from({ length: 25 }, (_, index) => exchangeOf(index));
        thread.add(many, []);
        await eventually('all have come', () => counts.view().exported === 25, QUIET_MS);
        expect(collector.spans.map(({ spanId }) => spanId)).to.deep.equal(
          many.map(({ span }) => span.spanId),
        );
        expect(collector.spans[0]?.ms).to.be.closeTo(2.5, 0.001);
        // Batches of ten.
        expect(collector.requests).to.have.length(3);
      });
    });
  });

  it('sends what is left when it is closed', async () => {
    await withCollector(async (collector) => {
      const limits = { ...LIMITS, intervalMs: 60_000 };
      await withThread(collector.url, async ({ thread }) => thread.add([exchangeOf(1)], []), {
        limits,
      });
      expect(collector.spans).to.have.length(1);
    });
  });

  it('says why a collector does not take them, and goes on when it does', async () => {
    await withCollector(async (collector) => {
      await withThread(collector.url, async (stage) => {
        expect(await troubled(collector, 'refuse', stage)).to.equal('No thanks');
        expect(await troubled(collector, 'hang', stage)).to.match(/time|took longer/i);
        expect(await troubled(collector, 'drip', stage)).to.match(/time|took longer/i);
        expect(await troubled(collector, 'flood', stage)).to.match(/exceeded size limit/);
        // What is on its way when it is cut fills the buffers of the system.
        expect(collector.flooded).to.be.below(64 * 1024 * 1024);
        collector.mode = 'take';
        stage.thread.add([exchangeOf(7)], []);
        await eventually('it comes', () => stage.counts.view().exported === 1, QUIET_MS);
        expect(stage.gone).to.deep.equal([]);
      });
    });
  });

  it('says that nobody listens', async () => {
    let url = '';
    await withCollector((collector) => {
      ({ url } = collector);
      return Promise.resolve();
    });
    await withThread(url, async ({ thread, problems }) => {
      thread.add([exchangeOf(1)], []);
      const problem = await eventually('a problem is told', () => problems[0] ?? null, QUIET_MS);
      expect(problem).to.contain('ECONNREFUSED');
    });
  });

  it('takes no more than its queue holds while a collector hangs, and counts the rest', async () => {
    await withCollector(async (collector) => {
      collector.mode = 'hang';
      const limits = { ...LIMITS, exportMs: 60_000 };
      await withThread(
        collector.url,
        async ({ thread, counts }) => {
          const many = Array.from({ length: 500 }, (_, index) => exchangeOf(index));
          for (let round = 0; round < 10; round++) thread.add(many, []);
          const dropped = 5000 - SPAN_LIMITS.queue;
          expect(counts.view().dropped['queue-full']).to.equal(dropped);
          await eventually('it was asked', () => collector.asked > 0, QUIET_MS);
          await thread.close();
          expect(counts.view()).to.deep.equal({
            exported: 0,
            dropped: { 'queue-full': dropped, 'not-taken': 0, lost: SPAN_LIMITS.queue },
          });
          thread.add(many, []);
          expect(counts.view().dropped.lost).to.equal(SPAN_LIMITS.queue + 500);
        },
        { limits },
      );
    });
  });

  it('cuts paths that a client made long', async () => {
    await withCollector(async (collector) => {
      await withThread(collector.url, async ({ thread, counts }) => {
        thread.add([exchangeOf(1, { path: `/${'x'.repeat(100_000)}` })], []);
        await eventually('it comes', () => counts.view().exported === 1, QUIET_MS);
        const path = String(collector.spans[0]?.attributes['url.path']);
        expect(path.length).to.be.at.most(SPAN_LIMITS.path);
      });
    });
  });

  it('is gone, and says so once, when it cannot start', async () => {
    await withThread(
      'http://127.0.0.1:9',
      async ({ thread, gone, counts }) => {
        thread.add([exchangeOf(1)], []);
        await eventually('it is gone', () => gone.length > 0, QUIET_MS);
        expect(gone.map(({ message }) => message)).to.have.length(1);
        expect(gone[0]?.message).to.match(/^the thread of the spans is gone: /);
        expect(counts.view().dropped.lost).to.equal(1);
      },
      { mask: { headers: [], paths: ['not a path'] } },
    );
  });
});

describe('The address for spans', () => {
  const URLS: Readonly<Record<string, string>> = {
    'http://127.0.0.1:4318': 'http://127.0.0.1:4318/v1/traces',
    'http://127.0.0.1:4318/': 'http://127.0.0.1:4318/v1/traces',
    'https://otel.example/tenant/7': 'https://otel.example/tenant/7/v1/traces',
    'https://otel.example/tenant/': 'https://otel.example/tenant/v1/traces',
    'https://otel.example/v1/traces': 'https://otel.example/v1/traces',
  };
  for (const [endpoint, url] of Object.entries(URLS)) {
    it(`is ${url} for ${endpoint}`, () => expect(tracesUrl(endpoint)).to.equal(url));
  }
});

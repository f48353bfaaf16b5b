import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import type { PairOutcome } from '../../../../lib/compare/outcome.ts';
import type { CompareSettings } from '../../../../lib/compare/settings.ts';
import type { ShadowResponse } from '../../../../lib/mirror/request/requester.ts';
import { PairComparer } from '../../../../lib/mirror/worker/compare-pair.ts';
import { DEFAULT_COMPARE_SETTINGS } from '../../../support/default-settings.ts';
import { exchangeOf } from '../../../support/mirror-kit.ts';

const ENDPOINT = 'GET /items/{id}';
const REQUESTS = 2000;

type Json = Record<string, unknown>;

describe('noise', () => {
  it('gives no finding in 2,000 requests with fresh ids, times and ETags in every body', () => {
    const judge = judgeWith({ headers: ['content-type', 'etag', 'x-trace'] });
    const outcomes = feed(judge, REQUESTS, {});
    const told = outcomes.filter((it) => it.differs || it?.baseline?.differs === true);
    expect(told).to.deep.equal([]);
    // Nothing is even listed once running has been asked twice for the first time.
    expect(outcomes.slice(1).flatMap((it) => it.differences)).to.deep.equal([]);
    const ignored = judge.takeIgnored().map(({ kind, path }) => `${kind} ${path}`);
    expect(ignored).to.have.members([
      'value $.id',
      'value $.servedAt',
      'value $.tags[].at',
      'header x-trace',
    ]);
  });

  it('hides neither a changed field in the same body nor a change of kind at the same path', () => {
    const cases: [string, (body: Json) => void][] = [
      ['value $.price', (body) => (body['price'] = 13)],
      ['missing $.name', (body) => delete body['name']],
      ['type $.servedAt', (body) => (body['servedAt'] = 7)],
      ['missing $.servedAt', (body) => delete body['servedAt']],
    ];
    for (const [key, change] of cases) {
      const outcomes = feed(judgeWith({}), 200, { change });
      const found = outcomes.filter((it) => it.differs && it?.baseline?.differs !== true);
      expect(found.length, key).to.be.above(190);
      const last = outcomes.at(-1)?.differences.map(({ kind, path }) => `${kind} ${path}`);
      expect(last).to.deep.equal([key]);
    }
  });

  it('does not take for noise what testing does always and running only now and then', () => {
    const judge = judgeWith({});
    const gone = (body: Json) => delete body['name'];
    const outcomes = feed(judge, 400, { change: gone, flaky: gone, flakyEvery: 10 });
    const late = outcomes.slice(200);
    expect(late.filter((it) => it.differs).length).to.be.above(150);
    expect(judge.takeIgnored().filter((it) => it.path === '$.name' && it.ignored)).to.deep.equal(
      [],
    );
  });

  it('tells what is ignored with how often running differed from itself', () => {
    const judge = judgeWith({});
    feed(judge, 30, {});
    const servedAt = judge.takeIgnored().find((it) => it.path === '$.servedAt');
    expect(servedAt).to.deep.include({
      endpoint: ENDPOINT,
      kind: 'value',
      reason: 'noise',
      ignored: true,
    });
    expect(servedAt?.times).to.equal(servedAt?.of).and.be.above(19);
    expect(servedAt?.running).to.match(/^"\d{4}-/);
    expect(judge.takeIgnored()).to.deep.equal([]);
  });

  it('is bounded whatever differs', () => {
    const judge = judgeWith({ maxEndpoints: 3, maxDifferences: 50 });
    for (let index = 0; index < 300; index++) {
      const body = () =>
        Object.fromEntries(
          Array.from({ length: 40 }, (_, at) => [`k${index}_${at}`, randomUUID()]),
        );
      judge.compare(pairOf(body(), body(), body(), `GET /page-${index % 50}`));
    }
    const told = new Set<string>();
    for (let batch = judge.takeIgnored(); batch.length > 0; batch = judge.takeIgnored()) {
      for (const field of batch) told.add(`${field.endpoint} ${field.kind} ${field.path}`);
      expect(batch.length).to.be.at.most(200);
    }
    expect(told.size).to.be.at.most(3 * 64 * 6);
  });

  it('leaves identical versions as likely to differ alone as running from itself', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.02, max: 0.98, noNaN: true }), fc.nat(), (share, seed) => {
        let state = seed + 1;
        const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
        const body = () => (random() < share ? { price: 1 } : { price: 1, more: true });
        const judge = judgeWith({});
        let [worse, better] = [0, 0];
        for (let index = 0; index < 300; index++) {
          const { differs, baseline } = judge.compare(pairOf(body(), body(), body()));
          if (differs && baseline?.differs === false) worse++;
          if (!differs && baseline?.differs === true) better++;
        }
        // Five standard deviations, and some.
        expect(Math.abs(worse - better)).to.be.at.most(5 * Math.sqrt(worse + better) + 5);
      }),
      { numRuns: 50 },
    );
  });
});

interface Feeding {
  readonly change?: (body: Json) => void;
  /** Done to running's second answer every so many times. */
  readonly flaky?: (body: Json) => void;
  readonly flakyEvery?: number;
}

function judgeWith(change: Partial<CompareSettings>): PairComparer {
  return new PairComparer({ ...DEFAULT_COMPARE_SETTINGS, values: 'block', ...change });
}

/** Running is asked twice for the first 20 pairs and every fifth after that. */
function feed(judge: PairComparer, count: number, feeding: Feeding): PairOutcome[] {
  const { change, flaky, flakyEvery = 1 } = feeding;
  return Array.from({ length: count }, (_, index) => {
    const testing = fresh();
    change?.(testing);
    const again = fresh();
    if (index % flakyEvery === 0) flaky?.(again);
    const asked = index < 20 || index % 5 === 0;
    return judge.compare(pairOf(fresh(), testing, asked ? again : null));
  });
}

function fresh(): Json {
  return {
    id: randomUUID(),
    servedAt: new Date(Math.random() * 1e12).toISOString(),
    name: 'bolt',
    price: 12.5,
    tags: [{ at: Math.random() }, { at: Math.random() }],
  };
}

function pairOf(running: Json, testing: Json, baseline: Json | null, endpoint = ENDPOINT) {
  const body = Buffer.from(JSON.stringify(running));
  const exchange = exchangeOf({
    responseBody: body,
    responseBytes: body.length,
    responseHeaders: headers(),
  });
  const answers = { testing: answerOf(testing), baseline: baseline && answerOf(baseline) };
  return { exchange, endpoint, ...answers };
}

function answerOf(json: Json): ShadowResponse {
  const bytes = Buffer.from(JSON.stringify(json));
  const { length } = bytes;
  const rest = { failure: null, ms: 2, digest: null, cut: false, extraBytes: 0 };
  return { status: 200, headers: headers(), bytes, length, ...rest };
}

function headers(): string[] {
  return ['Content-Type', 'application/json', 'ETag', randomUUID(), 'X-Trace', randomUUID()];
}

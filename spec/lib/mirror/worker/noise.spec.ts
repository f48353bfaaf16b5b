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

describe('Noise', () => {
  it('gives no finding in 2,000 requests with fresh ids, times and ETags in every body', () => {
    const comparer = comparerWith({ headers: ['content-type', 'etag', 'x-trace'] });
    const outcomes = feed(comparer, REQUESTS, {});
    const found = outcomes.filter((it) => it.differs || it.baseline?.differs === true);
    expect(found).to.deep.equal([]);
    // Nothing is even listed after the first baseline.
    expect(outcomes.slice(1).flatMap((it) => it.differences)).to.deep.equal([]);
    const ignored = comparer.takeIgnored().map(({ kind, path }) => `${kind} ${path}`);
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
      const outcomes = feed(comparerWith({}), 200, { change });
      const found = outcomes.filter((it) => it.differs && it.baseline?.differs !== true);
      expect(found.length, key).to.be.above(190);
      const last = outcomes.at(-1)?.differences.map(({ kind, path }) => `${kind} ${path}`);
      expect(last).to.deep.equal([key]);
    }
  });

  it('is not what testing does always and running only now and then', () => {
    const comparer = comparerWith({});
    const gone = (body: Json) => delete body['name'];
    const outcomes = feed(comparer, 400, { change: gone, flaky: gone, flakyEvery: 10 });
    const late = outcomes.slice(200);
    expect(late.filter((it) => it.differs).length).to.be.above(150);
    expect(comparer.takeIgnored().filter((it) => it.path === '$.name' && it.ignored)).to.deep.equal(
      [],
    );
  });

  it('is reported with how often running differed from itself', () => {
    const comparer = comparerWith({});
    feed(comparer, 30, {});
    const servedAt = comparer.takeIgnored().find((it) => it.path === '$.servedAt');
    expect(servedAt).to.deep.include({
      endpoint: ENDPOINT,
      kind: 'value',
      reason: 'noise',
      ignored: true,
    });
    expect(servedAt?.times).to.equal(servedAt?.of).and.be.above(19);
    expect(servedAt?.running).to.match(/^"\d{4}-/);
    expect(comparer.takeIgnored()).to.deep.equal([]);
  });

  it('is bounded whatever differs', () => {
    const comparer = comparerWith({ maxEndpoints: 3, maxDifferences: 50 });
    for (let index = 0; index < 300; index++) {
      const body = () =>
        Object.fromEntries(
          Array.from({ length: 40 }, (_, at) => [`k${index}_${at}`, randomUUID()]),
        );
      comparer.compare(pairOf(body(), body(), body(), `GET /page-${index % 50}`));
    }
    const fields = new Set<string>();
    for (let batch = comparer.takeIgnored(); batch.length > 0; batch = comparer.takeIgnored()) {
      for (const field of batch) fields.add(`${field.endpoint} ${field.kind} ${field.path}`);
      expect(batch.length).to.be.at.most(200);
    }
    expect(fields.size).to.be.at.most(3 * 64 * 6);
  });

  it('leaves identical versions as likely to differ alone as running from itself', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.02, max: 0.98, noNaN: true }), fc.nat(), (share, seed) => {
        let state = seed + 1;
        const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
        const body = () => (random() < share ? { price: 1 } : { price: 1, more: true });
        const comparer = comparerWith({});
        let [worse, better] = [0, 0];
        for (let index = 0; index < 300; index++) {
          const { differs, baseline } = comparer.compare(pairOf(body(), body(), body()));
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

// Private

interface Feeding {
  readonly change?: (body: Json) => void;
  /** Applied to every nth second response of running. */
  readonly flaky?: (body: Json) => void;
  readonly flakyEvery?: number;
}

function comparerWith(change: Partial<CompareSettings>): PairComparer {
  return new PairComparer({ ...DEFAULT_COMPARE_SETTINGS, values: 'block', ...change });
}

/** The first 20 pairs and every fifth after that have a baseline. */
function feed(comparer: PairComparer, count: number, feeding: Feeding): PairOutcome[] {
  const { change, flaky, flakyEvery = 1 } = feeding;
  return Array.from({ length: count }, (_, index) => {
    const testing = fresh();
    change?.(testing);
    const again = fresh();
    if (index % flakyEvery === 0) flaky?.(again);
    const asked = index < 20 || index % 5 === 0;
    return comparer.compare(pairOf(fresh(), testing, asked ? again : null));
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
  const again = baseline && responseOf(baseline);
  return { exchange, endpoint, testing: responseOf(testing), baseline: again };
}

function responseOf(json: Json): ShadowResponse {
  const bytes = Buffer.from(JSON.stringify(json));
  const { length } = bytes;
  const rest = { failure: null, ms: 2, digest: null, cut: false, extraBytes: 0 };
  return { status: 200, headers: headers(), bytes, length, ...rest };
}

function headers(): string[] {
  return ['Content-Type', 'application/json', 'ETag', randomUUID(), 'X-Trace', randomUUID()];
}

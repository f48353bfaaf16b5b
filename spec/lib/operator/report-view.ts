import type { Sample } from '../../../lib/compare/sample/sample.ts';
import type { Report } from '../../../lib/evaluation/report/report.ts';

const AT = '2026-01-06T23:55:00.000Z';

const JSON_HEADERS = ['content-type', 'application/json'];

export const SAMPLE: Sample = {
  schema: 'vili.sample/1',
  id: '2afa508f',
  endpoint: 'GET /items/{id}',
  signal: 'body-difference',
  key: 'type $.price',
  requestId: 'a1',
  at: AT,
  request: {
    method: 'GET',
    path: "/items/38?q=it's",
    headers: ['Host', 'shop.example', 'Authorization', '[masked]'],
    body: null,
  },
  running: {
    status: 200,
    failure: null,
    ms: 0.84,
    headers: JSON_HEADERS,
    body: bodyOf('{"id":38,"price":6.5}'),
  },
  testing: {
    status: 200,
    failure: null,
    ms: 24.1,
    headers: JSON_HEADERS,
    body: bodyOf('{"id":38,"price":"6.5"}'),
  },
  again: null,
  differences: [{ kind: 'type', path: '$.price', running: '6.5', testing: '"6.5"' }],
  logs: {
    running: { lines: [], more: 0 },
    testing: { lines: [{ at: AT, level: 'warn', text: 'price of 38 is no number' }], more: 2 },
  },
};

const FIELD = { kind: 'type', path: '$.price', running: '6.5', testing: '"6.5"' };

export const REPORT: Report = {
  schema: 'vili.report/1',
  verdict: 'rejected',
  at: AT,
  version: 'inventory-1.5.0',
  running: 'inventory-1.4.2',
  by: 'vili',
  sentence:
    'inventory-1.5.0 was rejected after 198 requests answered by both versions: it is worse than inventory-1.4.2 on 1 endpoint, at odds of 1,204 to 1 (100 to 1 is enough).',
  reasons: [
    {
      code: 'body-difference',
      endpoint: 'GET /items/{id}',
      text: 'GET /items/{id}: $.price changed from number to string in 79 of 79 answers. The odds that testing is worse are 1,204 to 1 (100 to 1 is enough).',
      observed: 1,
      limit: 0,
      samples: ['2afa508f'],
    },
  ],
  test: {
    decision: 'reject',
    condemned: true,
    pairs: 198,
    elapsedMs: 4000,
    progress: 1,
    certainty: { oddsWorse: 1204, oddsNeeded: 100, ruledOutAlpha: 0.025, ruledOut: 0.08 },
    missing: [],
    signals: [
      {
        code: 'errors',
        name: '5xx, no answer',
        running: '0 %',
        testing: '3 %',
        limit: '+2 %',
        state: 'ok',
      },
      {
        code: 'body-difference',
        name: 'answers differ',
        running: '0 %',
        testing: '48 %',
        limit: 'as running',
        state: 'FAIL',
      },
    ],
    endpoints: [
      {
        endpoint: 'GET /items/{id}',
        pairs: 81,
        worse: 0,
        better: 0,
        timed: 14,
        slower: 1,
        controls: 79,
        testingDiffers: 79,
        runningDiffers: 0,
        held: true,
        failures: [],
        differences: [{ ...FIELD, count: 79, samples: ['a1'] }],
        alsoSeen: [
          { kind: 'value', path: '$.stock', running: '4', testing: '5', count: 3, samples: ['a1'] },
        ],
        samples: [{ id: '2afa508f', signal: 'body-difference', key: 'type $.price', at: AT }],
      },
    ],
    ignored: [
      {
        endpoint: 'GET /items/{id}',
        kind: 'value',
        path: '$.servedAt',
        reason: 'noise',
        ignored: true,
        times: 79,
        of: 79,
      },
    ],
    ignoredCount: 1,
    coverage: {
      requests: 210,
      coveredShare: 0.941,
      endpoints: [{ name: 'POST /orders', requests: 12, share: 0.059 }],
      methods: [{ name: 'POST', requests: 12, share: 0.059 }],
    },
  },
};

function bodyOf(text: string) {
  return { bytes: text.length, text, base64: false, cut: false, masked: false };
}

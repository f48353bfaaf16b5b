import { expect } from 'chai';
import { PairComparer } from '../../../../../lib/mirror/worker/compare-pair.ts';
import type { CompletedPair } from '../../../../../lib/mirror/worker/compare-pair.ts';
import { exchanged } from '../../../../../lib/mirror/worker/reverse/exchanged.ts';
import type { ShadowResponse } from '../../../../../lib/mirror/request/requester.ts';
import type { Exchange } from '../../../../../lib/model/exchange.ts';
import { DEFAULT_MIRROR_SETTINGS } from '../../../../support/default-settings.ts';

const JSON_TYPE = ['content-type', 'application/json'];

function response(status: number, body: unknown, ms = 3): ShadowResponse {
  const bytes = Buffer.from(body === null ? '' : JSON.stringify(body));
  const failure = status === 0 ? 'reset' : null;
  return {
    status,
    failure,
    ms,
    headers: JSON_TYPE,
    bytes,
    length: bytes.length,
    digest: null,
    cut: false,
    extraBytes: 0,
  };
}

/** What a user got of the version on probation. */
function exchange(status: number, body: unknown, headers: string[] = []): Exchange {
  const bytes = Buffer.from(body === null ? '' : JSON.stringify(body));
  return {
    requestId: 'r',
    method: 'GET',
    path: '/items/1',
    operation: '',
    endpoint: 'GET /items/{id}',
    headers: ['host', 'shop', ...headers],
    body: null,
    atMs: 1,
    status,
    failure: status === 0 ? 'reset' : null,
    responseHeaders: JSON_TYPE,
    responseBody: bytes,
    responseBytes: bytes.length,
    responseDigest: null,
    runningMs: 40,
  };
}

function pairOf(
  users: Exchange,
  previous: ShadowResponse,
  again?: readonly [users: ShadowResponse, previous: ShadowResponse],
): CompletedPair {
  const [baseline = null, testingAgain = null] = again ?? [];
  return { exchange: users, endpoint: users.endpoint, testing: previous, baseline, testingAgain };
}

const judge = (pair: CompletedPair) =>
  new PairComparer(DEFAULT_MIRROR_SETTINGS.compare).compare(exchanged(pair));

describe('A pair of a probation', () => {
  it('is judged as one of a test in which what users get is on trial', () => {
    const outcome = judge(pairOf(exchange(500, { error: 'x' }), response(200, { id: 1 })));
    expect(outcome.running).to.include({ status: 200, ms: 3, failure: null });
    expect(outcome.testing).to.include({ status: 500, ms: 40, failure: null });
    const broken = judge(pairOf(exchange(0, null), response(200, { id: 1 })));
    expect(broken.testing).to.include({ status: 0, failure: 'reset' });
    const shared = judge(pairOf(exchange(500, {}), response(500, {})));
    expect([shared.running.status, shared.testing.status]).to.deep.equal([500, 500]);
  });

  it('counts a field that users miss, and none that they get in addition', () => {
    const missing = judge(pairOf(exchange(200, { id: 1 }), response(200, { id: 1, price: 2 })));
    expect(missing.differences).to.deep.include({ kind: 'missing', path: '$.price', running: '2' });
    expect(missing.differs).to.equal(true);
    const extra = judge(pairOf(exchange(200, { id: 1, price: 2 }), response(200, { id: 1 })));
    expect(extra.differences[0]).to.include({ kind: 'extra', path: '$.price' });
    expect(extra.differs).to.equal(false);
  });

  it('has second responses on their sides, and learns noise from those of previous', () => {
    const again = [response(200, { id: 1 }, 80), response(200, { id: 7 }, 5)] as const;
    const outcome = judge(pairOf(exchange(200, { id: 1 }), response(200, { id: 1 }), again));
    expect(outcome.again).to.deep.include({
      running: { status: 200, ms: 5, failure: null },
      testing: { status: 200, ms: 80, failure: null },
    });
    expect(outcome.baseline?.values).to.deep.equal(['$.id']);
  });

  it('says nothing where one of both cannot know the session of the client', () => {
    const cookie = ['cookie', 'session=0123456789abcdef'];
    const token = ['authorization', 'Bearer 0123456789abcdef'];
    const aside = (users: Exchange, previous: ShadowResponse) =>
      judge(pairOf(users, previous)).setAside ?? null;
    expect(aside(exchange(401, {}, cookie), response(200, {}))).to.equal('own-session');
    expect(aside(exchange(302, null, cookie), response(200, {}))).to.equal('own-session');
    expect(aside(exchange(200, {}, token), response(403, {}))).to.equal('own-session');
    expect(aside(exchange(401, {}, token), response(200, {})), 'a token is no session').to.equal(
      null,
    );
    expect(aside(exchange(401, {}), response(200, {}))).to.equal(null);
    expect(aside(exchange(200, {}), response(401, {}))).to.equal(null);
    expect(aside(exchange(500, {}, cookie), response(200, {}))).to.equal(null);
  });

  it('compares contents where users were told that they have it already', () => {
    const revalidated = exchange(304, null, ['if-none-match', '"1"']);
    const again = [response(200, { id: 1 }), response(200, { id: 2 })] as const;
    const good = judge(pairOf(revalidated, response(200, { id: 1 }), again));
    expect([good.differs, good.testing.status, good.differences]).to.deep.equal([false, 200, []]);
    const bad = judge(pairOf(revalidated, response(200, { id: 1, price: 2 }), again));
    expect(bad.differs).to.equal(true);
    const alone = judge(pairOf(revalidated, response(200, { id: 1 })));
    expect(alone.differences).to.deep.equal([]);
  });
});

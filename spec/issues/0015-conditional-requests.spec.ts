import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { expect } from 'chai';
import { conditionsOf } from '../../lib/mirror/request/conditions.ts';
import { exchangeOf, type Kit, withHttp, withMirror } from '../support/mirror-kit.ts';

const PAGE = '{"ok":true}';
const cached = {
  status: 304,
  headers: ['Host', 'shop.example', 'If-None-Match', '"of-running"'],
  responseBody: null,
  responseBytes: 0,
};

/** A version whose ETags are its own: it knows no validator of the other. */
function pageWith(etag: string, body: string, seen: IncomingHttpHeaders[] = []): RequestListener {
  return ({ headers }, response) => {
    seen.push(headers);
    response.setHeader('ETag', etag).setHeader('Content-Type', 'application/json');
    if (headers['if-none-match'] === etag) response.writeHead(304).end();
    else if ((headers['if-match'] ?? etag) !== etag) response.writeHead(412).end();
    else response.end(body);
  };
}

async function mirrored(
  running: RequestListener,
  testing: RequestListener,
  exchange: Parameters<Kit['offer']>[0],
): Promise<Kit['outcomes'][number]> {
  let outcomes: Kit['outcomes'] = [];
  await withHttp(running, (one) =>
    withHttp(testing, (other) =>
      withMirror({}, async (kit) => {
        kit.begin(other, one);
        kit.offer(exchange);
        await kit.settled();
        outcomes = kit.outcomes;
      }),
    ),
  );
  const [outcome] = outcomes;
  if (outcome === undefined) throw new Error('the copy gave no outcome');
  return outcome;
}

describe('A conditional request', () => {
  it('is copied without its condition, so that the same page under another ETag is no change', async () => {
    const seen: IncomingHttpHeaders[] = [];
    const testing = pageWith('"of-testing"', PAGE, seen);
    const outcome = await mirrored(pageWith('"of-running"', PAGE), testing, cached);
    expect(seen.map((headers) => headers['if-none-match'])).to.deep.equal([undefined, undefined]);
    expect(outcome).to.deep.include({ differences: [], differs: false });
    expect(outcome.testing.status).to.equal(200);
  });

  it('shows that testing has nothing where the client of running has the content', async () => {
    const outcome = await mirrored(pageWith('"a"', PAGE), pageWith('"b"', ''), cached);
    expect(outcome.differs).to.equal(true);
  });

  it('shows a field that vanished behind a 304', async () => {
    const outcome = await mirrored(pageWith('"a"', PAGE), pageWith('"b"', '{}'), cached);
    expect(outcome.differences).to.deep.include.members([
      { kind: 'missing', path: '$.ok', running: 'true' },
    ]);
    expect(outcome.differs).to.equal(true);
  });

  it('is not answered by 304 where no condition was sent', async () => {
    const same: RequestListener = (_request, response) => response.writeHead(304).end();
    const outcome = await mirrored(pageWith('"a"', PAGE), same, {});
    expect(outcome.differs).to.equal(true);
  });

  it('that running fulfilled does not fail in testing for a validator that it cannot know', async () => {
    const headers = ['Host', 'shop.example', 'If-Match', '"of-running"'];
    const testing = pageWith('"of-testing"', PAGE);
    const outcome = await mirrored(pageWith('"of-running"', PAGE), testing, {
      method: 'PUT',
      headers,
    });
    expect(outcome.testing.status).to.equal(200);
  });

  const cases: readonly [string, number, string[], string[]][] = [
    ['keeps what running refused by it', 412, ['If-Match', '"a"'], []],
    [
      'leaves out dates',
      200,
      ['If-Modified-Since', 'x', 'if-unmodified-since', 'y'],
      ['if-modified-since', 'if-unmodified-since'],
    ],
    ['keeps the range that running sent', 206, ['If-Range', '"a"', 'Range', 'b'], ['if-range']],
    ['leaves out a range that running did not', 200, ['If-Range', '"a"'], ['if-range', 'range']],
    ['leaves out ETags of WebDAV', 200, ['If', '(["a"])'], ['if']],
    ['keeps lock tokens of WebDAV', 200, ['If', '(<opaquelocktoken:1>)'], []],
    ['has nothing to leave out', 200, ['Accept', '*/*'], []],
  ];
  for (const [title, status, headers, expected] of cases) {
    it(title, () => {
      expect([...conditionsOf(exchangeOf({ status, headers }))]).to.have.members(expected);
    });
  }
});

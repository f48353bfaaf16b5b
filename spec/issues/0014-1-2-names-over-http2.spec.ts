import { REQUEST_NAMES } from '../support/fuzz/http2-requests.ts';
import { RESPONSE_NAMES } from '../support/fuzz/http2-responses.ts';
import { casesOr, freshSeed, fuzz } from '../support/fuzz/property.ts';
import { needsOpenssl } from '../support/tls-fixture.ts';

const CASES = casesOr(1500);

describe('names of headers and trailers over HTTP/2', () => {
  before(function () {
    needsOpenssl.call(this);
  });

  it('reach the client as running sent them, except those that end at a hop', async function () {
    this.timeout(60_000 + CASES * 20);
    await fuzz(RESPONSE_NAMES, { cases: CASES, seed: freshSeed() });
  });

  it('reach running as the client sent them, except those that end at a hop, or cost one stream', async function () {
    this.timeout(60_000 + CASES * 20);
    await fuzz(REQUEST_NAMES, { cases: CASES, seed: freshSeed() });
  });
});

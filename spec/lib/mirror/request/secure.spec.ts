import { expect } from 'chai';
import type { Target } from '../../../../lib/model/exchange.ts';
import {
  exchangeOf,
  type Kit,
  respondOk,
  withHttp,
  withMirror,
} from '../../../support/mirror-kit.ts';
import { withSecureServlet } from '../../../support/secure-servlet.ts';
import { needsOpenssl } from '../../../support/tls-fixture.ts';

describe('copies to a testing that speaks TLS', () => {
  before(needsOpenssl);

  it('are compared as others are, whatever the framing of its responses', () =>
    withSecureServlet(
      ({ url }, response) => {
        response.setHeader('Content-Type', 'application/json');
        if (url === '/chunked') response.write('{"ok":');
        if (url === '/closing') response.setHeader('Connection', 'close');
        if (url === '/other') response.end('{"other":1}');
        else response.end(url === '/chunked' ? 'true}' : '{"ok":true}');
      },
      ({ target, connections }) =>
        withComparison(async ({ begin, offer, settled, outcomes, mirror }, running) => {
          begin(target, running);
          const paths = ['/plain', '/chunked', '/closing', '/other', '/plain'];
          for (const path of paths) offer({ path });
          await settled();
          expect(mirror.counts()).to.deep.include({ mirrored: paths.length });
          const found = Object.fromEntries(
            outcomes.map(({ endpoint, differs }) => [endpoint, differs]),
          );
          expect(found).to.deep.equal({
            'GET /plain': false,
            'GET /chunked': false,
            'GET /closing': false,
            'GET /other': true,
          });
          expect(connections()).to.be.at.least(2);
        }),
    ));

  it('are never sent to one that cannot be trusted, and counted as malformed', () => {
    let asked = 0;
    return withSecureServlet(
      (_request, response) => {
        asked++;
        response.end();
      },
      ({ target }) =>
        withComparison(async ({ begin, offer, settled, mirror }, running) => {
          begin({ ...target, tls: { ca: '', insecure: false } }, running);
          offer(exchangeOf());
          await settled();
          expect(mirror.counts().failed).to.deep.include({ malformed: 1 });
          expect(asked).to.equal(0);
        }),
    );
  });
});

/** A mirror, and a running that speaks plain HTTP. */
function withComparison(use: (kit: Kit, running: Target) => Promise<void>): Promise<void> {
  return withHttp(respondOk, (running) => withMirror({}, (kit) => use(kit, running)));
}

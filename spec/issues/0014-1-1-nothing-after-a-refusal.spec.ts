import { expect } from 'chai';
import { DESYNC } from '../support/fuzz/desync.ts';
import { CLOSING, REJECTED } from '../support/fuzz/last-requests.ts';
import { casesOr, freshSeed, fuzz } from '../support/fuzz/property.ts';
import { RawClient, Upstream, withProxy } from '../support/proxy-fixture.ts';

const CASES = casesOr(4000);

/** A running that records what it is asked for. */
async function recorder(): Promise<{ up: Upstream; paths: string[] }> {
  const paths: string[] = [];
  const up = await Upstream.http((request, response) => {
    paths.push(request.url ?? '');
    request.resume();
    request.on('end', () => response.end('fine'));
  });
  return { up, paths };
}

describe('a response that closes a connection', () => {
  for (const [name, text] of REJECTED) {
    it(`is the last thing on it: nothing that follows ${name} reaches running`, async () => {
      const { up, paths } = await recorder();
      await withProxy(up, async ({ port }) => {
        const after = 'GET /after HTTP/1.1\r\nHost: a\r\n\r\n';
        const client = new RawClient(port).send(
          `GET /good HTTP/1.1\r\nHost: a\r\n\r\n${text}${after}`,
        );
        const got = await client.toEnd();
        expect(got.match(/HTTP\/1\.1 /g)).to.have.length(2);
        expect(got).to.match(/^HTTP\/1\.1 200 [^]*HTTP\/1\.1 (?:4|5)\d\d /);
      });
      expect(paths).to.deep.equal(['/good']);
    });
  }

  for (const [name, text] of CLOSING) {
    it(`is the last thing on it: nothing that follows a request with ${name} reaches running`, async () => {
      const { up, paths } = await recorder();
      await withProxy(up, async ({ port }) => {
        await new RawClient(port).send(`${text}GET /after HTTP/1.1\r\nHost: a\r\n\r\n`).toEnd();
      });
      expect(paths).to.deep.equal(['/last']);
    });
  }

  it('is the last thing on it where running breaks the response before', async () => {
    const asked: string[] = [];
    const up = await Upstream.raw((socket, all) => {
      asked.push(all);
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart');
    });
    await withProxy(up, async ({ port }) => {
      const two =
        'POST /one HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\nGET /two HTTP/1.1\r\nHost: a\r\n\r\n';
      await new RawClient(port).send(two).toEnd();
    });
    expect(asked.join('')).not.to.include('/two');
  });

  it('lets running see exactly the requests before it, whatever follows and however it is cut', async function () {
    this.timeout(60_000 + CASES * 10);
    await fuzz(DESYNC, { cases: CASES, seed: freshSeed() });
  });
});

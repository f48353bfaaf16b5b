import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { withFarSide, withHttp } from '../../support/far-side-kit.ts';

const COPIES = 108;
const JSON_TYPE = { 'Content-Type': 'application/json' };
const ANSWERS: [Record<string, string>, Buffer][] = [
  [JSON_TYPE, Buffer.from(`${'['.repeat(10_000)}${']'.repeat(10_000)}`)],
  [JSON_TYPE, Buffer.from('{"a":'.repeat(100_000))],
  [{ ...JSON_TYPE, 'Content-Encoding': 'gzip' }, gzipSync(Buffer.alloc(20_000_000))],
  [JSON_TYPE, Buffer.alloc(10_000_000, 'x')],
  [JSON_TYPE, Buffer.from(`[${'9'.repeat(500_000)}]`)],
  [JSON_TYPE, Buffer.from(`{"n":1e${'9'.repeat(500)},"__proto__":{"ok":1}}`)],
  [JSON_TYPE, Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
  [JSON_TYPE, Buffer.from(`"${'\\"'.repeat(200_000)}"`)],
  [{ 'Content-Type': 'x'.repeat(5000) }, Buffer.from('\u0000')],
];

describe('far side with a testing that is hostile', () => {
  it('takes whatever it answers on random paths; the worker lives on', async function () {
    this.timeout(30_000);
    let served = 0;
    await withHttp(
      (_request, response) => {
        const [headers, body] = ANSWERS[served++ % ANSWERS.length] ?? [{}, Buffer.alloc(0)];
        response.writeHead(200, headers).end(body);
      },
      (testing) =>
        withFarSide({ memoryMb: 96 }, async (kit) => {
          kit.far.begin({ id: 't', testing, running: testing });
          for (let index = 0; index < COPIES; index++) {
            kit.offer({ path: `/${Math.random().toString(36)}/${Math.random().toString(36)}` });
          }
          await kit.settled();
          expect(kit.events.map(({ kind }) => kind)).to.deep.equal(['started']);
          expect(kit.far.counts()).to.deep.include({ mirrored: COPIES, failed: {}, dropped: {} });
          // Where running was asked again, the same server answered: that may be noise.
          const alone = kit.outcomes.filter(({ control }) => control === null);
          expect(alone.filter(({ differences }) => differences.length > 0)).to.have.length.above(0);
          expect(new Set(kit.outcomes.map(({ endpoint }) => endpoint)).size).to.be.at.most(501);
        }),
    );
  });
});

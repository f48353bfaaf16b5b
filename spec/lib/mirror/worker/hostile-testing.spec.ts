import type { RequestListener, ServerResponse } from 'node:http';
import { expect } from 'chai';
import { DEFAULT_COMPARE_SETTINGS } from '../../../support/default-settings.ts';
import { HOSTILE_KINDS, hostileResponse } from '../../../support/hostile-bodies.ts';
import { type Kit, withTest } from '../../../support/mirror-kit.ts';

/** Bodies up to this size are compared in full. */
const MAX_BODY_BYTES = 262_144;
const JSON_HEADERS = ['Content-Type', 'application/json'];
/** The worker loads in about 16 MiB, and is ended when its heap grows beyond this. */
const MEMORY_MB = 64;
const RANDOM_PATHS = 2000;
const LARGE_BYTES = 1_048_576;
const AT_ONCE = 16;
/** All of them fit into one buffer, so that none is dropped while the worker loads. */
const OPEN_MAX = 100;
let random = 1;

describe('A hostile testing', function () {
  this.timeout(60_000);

  // By position, and as a set, which has to look at every element of an array.
  for (const order of ['position', 'set'] as const) {
    it(`cannot break the worker by any response, arrays compared by ${order}`, async () => {
      const rules =
        order === 'set' ? ([{ endpoint: null, path: '$', action: 'unordered' }] as const) : [];
      const compare = { ...DEFAULT_COMPARE_SETTINGS, maxBodyBytes: MAX_BODY_BYTES, rules };
      let asked = 0;
      const listener: RequestListener = (request, response) => {
        const kind = (request.url ?? '').slice(1);
        const letter = request.headers['x-vili-mirror'] === 'control' ? 'a' : 'b';
        const { headers, body } = hostileResponse(kind, letter, MAX_BODY_BYTES);
        asked++;
        response.writeHead(200, headers).end(body);
      };
      await withTest(listener, { memoryMb: MEMORY_MB, compare }, async (kit) => {
        for (const kind of HOSTILE_KINDS) {
          const { headers, body } = hostileResponse(kind, 'a', MAX_BODY_BYTES);
          const isKept = body.length <= MAX_BODY_BYTES;
          kit.offer({
            path: `/${kind}`,
            responseHeaders: Object.entries(headers).flat(),
            responseBody: isKept ? body : null,
            responseBytes: body.length,
          });
          await kit.settled();
        }
        expect(kit.events.map(({ kind }) => kind)).to.deep.equal(['started']);
        const all = { mirrored: HOSTILE_KINDS.length, failed: {}, dropped: {} };
        expect(kit.mirror.counts()).to.deep.include(all);
        // The copy, and both once more.
        expect(asked).to.equal(3 * HOSTILE_KINDS.length);
        const equal = kit.outcomes.filter(({ differences }) => differences.length === 0);
        // Without a digest the length is all there is of a body that was not kept.
        expect(equal.map(({ endpoint }) => endpoint)).to.deep.equal(['GET /10-megabytes']);
      });
    });
  }

  it('has larger responses than expected cut when together they need too much memory', async () => {
    const open: ServerResponse[] = [];
    let isAlone = false;
    const listener: RequestListener = (_request, response) => {
      response.write(Buffer.alloc(LARGE_BYTES, 'x'));
      open.push(response);
      if (isAlone || open.length === AT_ONCE) for (const it of open) it.end();
    };
    const compare = { ...DEFAULT_COMPARE_SETTINGS, maxBodyBytes: LARGE_BYTES, controlShare: 0 };
    const limits = { concurrency: AT_ONCE, queueBytes: 2 * LARGE_BYTES, compare };
    await withTest(listener, limits, async (kit) => {
      const body = Buffer.from('small');
      const offer = () => kit.offer({ responseHeaders: [], responseBody: body });
      for (let copy = 0; copy < AT_ONCE; copy++) offer();
      await kit.settled();
      const all = { mirrored: AT_ONCE, failed: {}, dropped: {} };
      expect(kit.mirror.counts()).to.deep.include(all);
      const before = cutIn(kit);
      expect(before).to.be.within(1, AT_ONCE);
      isAlone = true;
      offer();
      await kit.settled();
      expect(kit.outcomes).to.have.length(AT_ONCE + 1);
      expect(cutIn(kit)).to.equal(before);
    });
  });

  it('adds few endpoints by random paths, whatever differs, and no memory', async () => {
    const listener: RequestListener = (_request, response) => {
      const { headers, body } = hostileResponse('20-fields', word(), 0);
      response.writeHead(200, headers).end(body);
    };
    await withTest(listener, { memoryMb: MEMORY_MB }, async (kit) => {
      for (let path = 0; path < RANDOM_PATHS; path++) {
        await kit.until(() => kit.mirror.counts().inFlight < OPEN_MAX);
        const { body } = hostileResponse('20-fields', word(), 0);
        kit.offer({
          path: `/${word()}/${word()}/${word()}`,
          responseHeaders: JSON_HEADERS,
          responseBody: body,
        });
      }
      await kit.settled();
      expect(kit.events.map(({ kind }) => kind)).to.deep.equal(['started']);
      const all = { mirrored: RANDOM_PATHS, failed: {}, dropped: {} };
      expect(kit.mirror.counts()).to.deep.include(all);
      const endpoints = new Set(kit.outcomes.map(({ endpoint }) => endpoint));
      expect(endpoints.size).to.be.at.most(DEFAULT_COMPARE_SETTINGS.maxEndpoints + 1);
      const counts = kit.outcomes.map(({ differences }) => differences.length);
      expect(Math.max(...counts)).to.be.at.most(DEFAULT_COMPARE_SETTINGS.maxDifferences);
    });
  });
});

// Private

/** Responses that were given up before their end. */
function cutIn({ outcomes }: Kit): number {
  return outcomes.filter(({ differences }) =>
    differences.some(({ testing }) => testing?.endsWith('or more, too large') === true),
  ).length;
}

/** Letters only, so that none looks like an identifier; the same words in every run. */
function word(): string {
  const letters = Array.from({ length: 8 }, () => {
    random = (random * 48_271) % 2_147_483_647;
    return 103 + (random % 20);
  });
  return String.fromCharCode(...letters);
}

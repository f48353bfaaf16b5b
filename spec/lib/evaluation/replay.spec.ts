import type { RequestListener } from 'node:http';
import { expect } from 'chai';
import type { Sample } from '../../../lib/compare/sample/sample.ts';
import {
  type Replayed,
  type ReplayOptions,
  replaySamples,
} from '../../../lib/evaluation/replay.ts';
import { DEFAULT_MIRROR_SETTINGS } from '../../support/default-settings.ts';
import { withHttp } from '../../support/mirror-kit.ts';
import { SAMPLE } from '../operator/report-view.ts';

const json =
  (body: () => unknown, status = 200, seen: string[] = []): RequestListener =>
  (request, response) => {
    seen.push(`${request.method} ${request.headers['authorization'] ?? '-'}`);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body()));
  };
const good = () => ({ id: 38, price: 6.5, at: Math.random() });

describe('the replay of samples', () => {
  it('finds whether testing now responds as running does, without noise', async () => {
    const cases: [RequestListener, string][] = [
      [json(good), 'same'],
      [json(() => ({ ...good(), price: '6.5' })), 'differs'],
      [json(good, 500), 'worse'],
    ];
    for (const [testing, outcome] of cases) {
      const [replayed] = await replay([SAMPLE], testing, {});
      expect(replayed?.outcome).to.equal(outcome);
      if (outcome === 'same') expect(replayed?.differences).to.deep.equal([]);
      expect(replayed?.text).to.match(/^testing responded \d+ in [\d.]+ ms, running responded 200/);
    }
  });

  it('compares running with its old response on request', async () => {
    const to = 'running' as const;
    const [same] = await replay([SAMPLE], json(good, 500), { to });
    expect(same).to.include({ outcome: 'same' });
    const old = {
      ...SAMPLE.running,
      body: { ...SAMPLE.running.body!, text: '{"id":38,"gone":1}' },
    };
    const [other] = await replay([{ ...SAMPLE, running: old }], json(good), { to });
    expect(other?.outcome).to.equal('differs');
    expect(other?.differences[0]).to.include({ kind: 'missing', path: '$.gone' });
  });

  it('sends no masked request, and to running none that changes something', async () => {
    const seen: string[] = [];
    const post = { ...SAMPLE.request, method: 'POST', body: bodyOf('{"a":1}') };
    const secret = { ...post, body: { ...bodyOf('{"a":"[masked]"}'), masked: true } };
    const samples = [
      { ...SAMPLE, request: post },
      { ...SAMPLE, request: secret },
    ];
    const toRunning = await replay(samples, json(good, 200, seen), { to: 'running' });
    expect(toRunning.map(({ outcome }) => outcome)).to.deep.equal(['skipped', 'skipped']);
    const toTesting = await replay(samples, json(good, 200, seen), {});
    expect(toTesting.map(({ outcome }) => outcome)).to.deep.equal(['same', 'skipped']);
    expect(seen).to.deep.equal(['POST -']);
  });

  it('omits masked headers unless they are given', async () => {
    const seen: string[] = [];
    await replay([SAMPLE], json(good, 200, seen), {});
    const headers = [{ name: 'authorization', value: 'Bearer x' }];
    await replay([SAMPLE], json(good, 200, seen), { headers });
    expect(seen).to.deep.equal(['GET -', 'GET Bearer x']);
  });
});

async function replay(
  samples: readonly Sample[],
  respond: RequestListener,
  change: Partial<ReplayOptions>,
): Promise<Replayed[]> {
  const replayed: Replayed[] = [];
  await withHttp(json(good), (running) =>
    withHttp(respond, async (testing) => {
      const { signal } = new AbortController();
      const settings = DEFAULT_MIRROR_SETTINGS;
      const options = { to: 'testing', running, testing, settings, headers: [], signal } as const;
      await replaySamples(samples, { ...options, ...change }, (one) => replayed.push(one));
    }),
  );
  return replayed;
}

function bodyOf(text: string) {
  return { bytes: text.length, text, base64: false, cut: false, masked: false };
}

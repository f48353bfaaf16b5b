import { expect } from 'chai';
import fc from 'fast-check';
import { createNoiseMemory, type NoiseMemory } from '../../../../lib/compare/noise/noise.ts';
import type { Difference } from '../../../../lib/compare/outcome.ts';

const TIME: Difference = { kind: 'value', path: '$.at', running: '1', testing: '2' };
const NAME: Difference = { kind: 'missing', path: '$.name', running: '"a"' };
const BOTH = { differences: [TIME], ignored: [] };

describe('the checkpoint of noise', () => {
  it('continues where it was, without repeating what was reported', () => {
    const before = createNoiseMemory(10);
    for (let pair = 0; pair < 6; pair++) before.learn('GET /a', BOTH, BOTH);
    before.learn('GET /b', { differences: [NAME], ignored: [] }, BOTH);
    before.takeChanges();
    const after = restored(before.checkpoint());
    expect(after.isNoise('GET /a', 'value $.at')).to.equal(true);
    expect(after.isNoise('GET /a', 'missing $.name')).to.equal(false);
    expect(after.takeChanges()).to.deep.equal([]);
    after.learn('GET /a', BOTH, BOTH);
    before.learn('GET /a', BOTH, BOTH);
    const [one, other] = [after, before].map((it) => JSON.parse(it.checkpoint() ?? '') as unknown);
    expect(one).to.deep.equal(other);
    expect(after.checkpoint()).to.equal(null);
  });

  it('adds nothing to what was learned since', () => {
    const before = createNoiseMemory(10);
    for (let pair = 0; pair < 6; pair++) before.learn('GET /a', BOTH, BOTH);
    const after = createNoiseMemory(10);
    after.learn('GET /a', { differences: [], ignored: [] }, BOTH);
    const known = after.checkpoint();
    after.restore(before.checkpoint() ?? '');
    after.learn('GET /none', { differences: [], ignored: [] }, { differences: [], ignored: [] });
    expect(after.checkpoint()).to.contain(known?.slice(1, -1));
  });

  it('is bounded and keeps the endpoints with the most baselines', () => {
    const memory = createNoiseMemory(500);
    for (let endpoint = 0; endpoint < 500; endpoint++) {
      const fields = Array.from({ length: 20 }, (_, index) => ({
        ...TIME,
        path: `$.field${index}${'x'.repeat(100)}`,
      }));
      const seen = { differences: fields, ignored: [] };
      for (let pair = 0; pair <= (endpoint === 7 ? 3 : 0); pair++) {
        memory.learn(`GET /${endpoint}`, seen, seen);
      }
    }
    const saved = memory.checkpoint() ?? '';
    expect(saved.length).to.be.within(200_000, 262_144);
    expect(restored(saved).isNoise('GET /7', `value $.field0${'x'.repeat(100)}`)).to.equal(true);
  });

  it('ignores anything that is not a checkpoint, and never throws', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({ endpoint: fc.anything(), asked: fc.anything(), fields: fc.anything() })
        .map((it) => JSON.stringify([it], (_, value) => asJson(value))),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(restored(text).takeChanges()).to.deep.equal([]);
      }),
    );
    const field = { kind: 'purple', path: '$', control: 1, testingAlone: 0, controlAlone: 0 };
    const text = JSON.stringify([{ endpoint: 'GET /a', asked: 1, fields: [field] }]);
    expect(restored(text).isNoise('GET /a', 'purple $')).to.equal(false);
    expect(restored(`${text}${' '.repeat(300_000)}`).checkpoint()).to.equal(null);
  });
});

// Private

function restored(saved: string | null): NoiseMemory {
  const memory = createNoiseMemory(500);
  memory.restore(saved ?? '');
  return memory;
}

function asJson(value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

import { expect } from 'chai';
import type { PairOutcome } from '../../../../../lib/compare/outcome.ts';
import type { VerdictSettings } from '../../../../../lib/verdict/settings.ts';
import { Verdict } from '../../../../../lib/verdict/verdict.ts';
import { DEFAULT_VERDICT_SETTINGS } from '../../../../support/default-settings.ts';
import { ShadowRun, START_MS } from '../../../../support/pairs.ts';

const CODE = 'systematic-change';
const ENOUGH = 2000;
const EVERY_MS = 500;
const asked = { differs: false } as const;

describe('A value that changed in nearly all responses', () => {
  it('holds the promotion and asks once, with its numbers, and never rejects', () => {
    const run = fed(changedPrice(0.93));
    const { decision, reasons, missing, blocked } = run.decide();
    expect([decision, blocked]).to.deep.equal(['collecting', true]);
    const [reason] = reasons.filter(({ code }) => code === CODE);
    expect(reason?.text).to.match(
      /^GET \/items\/\{id\}: \$\.price changed, for instance from 42 to 0, in 1,8\d\d of 2,000 responses; asked again 200 times, running's own changed never/,
    );
    expect(reason).to.include({ accept: '$.price', endpoint: 'GET /items/{id}', limit: 0 });
    expect(missing).to.have.length(1);
    expect(missing[0]).to.contain('$.price').and.contain('vili accept');
  });

  it('holds it no longer once it is accepted, everywhere or at this endpoint, and that is told', () => {
    for (const name of ['$.price', 'GET /items/{id} $.price']) {
      const run = fed(changedPrice(1));
      run.verdict.accept([name]);
      const { decision, reasons } = run.decide();
      expect(decision, name).to.equal('promote');
      expect(reasons.map(({ text }) => text).join(' ')).to.contain(
        'An operator accepted: GET /items/{id}: $.price changed, for instance from 42 to 0',
      );
      run.verdict.accept([]);
      expect(run.decide().decision).to.equal('collecting');
    }
  });

  it('holds it for what was not accepted', () => {
    const run = fed(changedPrice(1));
    run.verdict.accept(['$.cost', 'GET /orders $.price']);
    expect(run.decide().decision).to.equal('collecting');
  });

  it('is only reported with compare.systematic=report', () => {
    const run = fed(changedPrice(1), { systematic: 'report' });
    expect(run.decide().decision).to.equal('promote');
  });

  it('rejects with compare.systematic=block, naming the field', () => {
    const run = fed(changedPrice(1), { systematic: 'block' });
    const { decision, reasons } = run.decide();
    expect(decision).to.equal('reject');
    expect(reasons[0]?.text).to.contain('$.price changed, for instance from 42 to 0');
  });

  it('holds nothing with compare.systematic=block while both sides differ from themselves as often', () => {
    const run = fed(noisy(), { systematic: 'block' });
    expect(run.decide().decision).to.equal('promote');
  });

  it('is seen from the moment at which it changes', () => {
    const run = fed((index) => (index < 1500 ? quiet(index) : changedPrice(1)(index)));
    expect(run.decide().decision).to.equal('collecting');
  });

  it('is seen where only some responses have it and testing has nothing there', () => {
    const run = fed((index) => (index % 3 === 0 ? changedPrice(1)(index * 10) : quiet(index)));
    expect(run.decide().decision).to.equal('collecting');
  });

  it('holds nothing when it is rare, when running differs from itself as well, or when nobody asked', () => {
    expect(
      fed((index) => (index % 20 === 0 ? changedPrice(1)(index) : quiet(index))).decide(),
    ).to.have.property('decision', 'promote');
    expect(fed(noisy()).decide().decision).to.equal('promote');
    const unasked = fed((index) => ({ ...changedPrice(1)(index), baseline: null }));
    expect(unasked.decide().decision).to.equal('promote');
  });

  it('holds nothing where it merely tells the version or the process', () => {
    const told = (path: string, running: string, testing: string) => () => ({
      differences: [{ kind: 'value', path, running, testing }] as const,
      baseline: asked,
    });
    expect(fed(told('$.version', '"1.4.2"', '"1.5.0"')).decide().decision).to.equal('promote');
    expect(fed(told('$.pid', '400', '401')).decide().decision).to.equal('promote');
  });

  it('is held where a field is called a version but has another value in each response', () => {
    const run = fed((index) => ({
      differences: [
        { kind: 'value', path: '$.version', running: `${index}`, testing: `${index + 1}` },
      ],
      baseline: asked,
    }));
    expect(run.decide().decision).to.equal('collecting');
  });

  it('tells one field of many endpoints once, and the most frequent field first', () => {
    const run = fed((index) => ({
      endpoint: `GET /items/${index % 4}`,
      differences: [
        { kind: 'value', path: '$.b', running: '1', testing: '2' },
        ...(index % 4 > 1
          ? [{ kind: 'value', path: '$.a', running: '1', testing: '2' } as const]
          : []),
      ],
      baseline: asked,
    }));
    const accepts = run.decide().reasons.flatMap(({ accept }) => accept ?? []);
    expect(accepts).to.deep.equal(['$.b', '$.a']);
    expect(run.decide().reasons[0]?.text).to.contain('and at 3 more endpoints');
  });

  it('stays held over a checkpoint', () => {
    const run = fed(changedPrice(1));
    const saved: unknown = JSON.parse(JSON.stringify(run.verdict.checkpoint()));
    const restored = Verdict.restore(DEFAULT_VERDICT_SETTINGS, saved);
    const now = START_MS + run.nowMs;
    expect(restored.decide(now)).to.deep.equal(run.verdict.decide(now));
    restored.accept(['$.price']);
    expect(restored.decide(now).decision).to.equal('promote');
  });

  it('is followed in a bounded number of fields, of which those that keep changing stay', () => {
    const run = fed((index) => ({
      differences: [
        ...Array.from({ length: 19 }, (_, field) => ({
          kind: 'value' as const,
          path: `$.f${index * 19 + field}`,
          running: '1',
          testing: '2',
        })),
        { kind: 'value', path: '$.price', running: '42', testing: '0' },
      ],
      baseline: asked,
    }));
    expect(run.decide().missing.join()).to.contain('$.price');
    expect(JSON.stringify(run.verdict.checkpoint()).length).to.be.lessThan(20_000);
  });
});

// Private

type Make = (index: number) => Partial<PairOutcome>;

function fed(make: Make, settings: Partial<VerdictSettings> = {}): ShadowRun {
  return new ShadowRun(settings).feed(ENOUGH, EVERY_MS, make);
}

function quiet(index: number): Partial<PairOutcome> {
  return index % 10 === 0 ? { baseline: asked } : {};
}

/** In this share of the responses; every tenth request is asked again. */
function changedPrice(share: number): Make {
  return (index) => ({
    ...quiet(index),
    ...((index * 7) % 100 < 100 * share && {
      differences: [{ kind: 'value', path: '$.price', running: '42', testing: '0' }],
    }),
  });
}

/** Asked again each time, both differ from running's first response in half of the pairs. */
function noisy(): Make {
  return (index) => {
    const isTestings = index % 2 === 0;
    return isTestings
      ? { ...changedPrice(1)(index), baseline: asked }
      : { baseline: { differs: false, values: ['$.price'] } };
  };
}

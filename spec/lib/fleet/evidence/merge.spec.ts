import { expect } from 'chai';
import * as fc from 'fast-check';
import type { PairOutcome } from '../../../../lib/compare/outcome.ts';
import { mergeEvidence } from '../../../../lib/fleet/evidence/merge.ts';
import type { HostEvidence } from '../../../../lib/fleet/evidence/record.ts';
import { localVetoOdds } from '../../../../lib/fleet/evidence/veto.ts';
import { evidenceOf, mergeAt } from '../../../support/host-evidence.ts';
import { responseOf, ShadowRun } from '../../../support/pairs.ts';

const NAMES = ['GET /items/{id}', 'GET /orders/{id}', 'GET /search', 'POST /orders'];
const MINUTE_MS = 60_000;

const failing: Partial<PairOutcome> = { testing: responseOf(500) };
const endpointOf = (index: number) => NAMES[index % NAMES.length] ?? '';
const fine = (index: number): Partial<PairOutcome> => ({ endpoint: endpointOf(index) });
/** Every `n`-th request fails in testing. */
const failsEach = (n: number) => (index: number) => ({
  ...fine(index),
  ...(index % n === n - 1 ? failing : {}),
});

const outcome = fc.record({
  endpoint: fc.constantFrom(...NAMES),
  running: fc.constantFrom(responseOf(200), responseOf(200), responseOf(200), responseOf(500)),
  testing: fc.constantFrom(responseOf(200), responseOf(200), responseOf(500), responseOf(404)),
  differs: fc.boolean(),
  baseline: fc.option(fc.record({ differs: fc.boolean() }), { nil: null }),
});
const play = fc.tuple(fc.array(outcome, { maxLength: 40 }), fc.integer({ min: 50, max: 9000 }));
const hosts = fc.array(play, { minLength: 1, maxLength: 5 }).map((list) =>
  list.map(([outcomes, everyMs], index) => {
    const run = new ShadowRun();
    run.feed(outcomes.length, everyMs, (at) => outcomes[at] ?? {});
    return evidenceOf(`web-${index}`, run);
  }),
);

describe('The evidence of several hosts', () => {
  it('is the decision of one host, where there is one', () => {
    for (const make of [fine, failsEach(40), failsEach(7), failsEach(1)]) {
      const run = new ShadowRun().feed(1000, 400, make);
      const alone = run.decide();
      const merged = mergeEvidence([evidenceOf('web-1', run)], mergeAt(run.nowMs));
      expect(merged.pairs).to.equal(alone.pairs);
      expect(merged.certainty.ruledOut).to.equal(alone.certainty.ruledOut);
      expect(merged.certainty.oddsFit).to.equal(alone.certainty.oddsFit);
      expect(merged.decision === 'promote').to.equal(alone.decision === 'promote');
      expect(merged.pending !== null).to.equal(alone.condemned);
      const hasVeto = merged.reasons.some(({ code }) => code === 'host-veto');
      expect(hasVeto).to.equal(alone.decision === 'reject');
    }
  });

  it('promotes by what no host has alone', () => {
    const runs = [1, 2, 3].map(() => new ShadowRun().feed(350, 900, fine));
    const evidence = runs.map((run, index) => evidenceOf(`web-${index}`, run));
    for (const run of runs) expect(run.decide().decision).to.equal('collecting');
    const merged = mergeEvidence(evidence, mergeAt(350 * 900));
    expect(merged.decision, merged.missing.join('; ')).to.equal('promote');
    expect(merged.pairs).to.equal(1050);
    expect(merged.hosts.map(({ pairs }) => pairs)).to.deep.equal([350, 350, 350]);
  });

  it('rejects by what no host has alone, once that is confirmed', () => {
    const runs = [1, 2, 3, 4, 5, 6].map((host) =>
      new ShadowRun().pass(host * 9000).feed(80, 4000, failsEach(20)),
    );
    for (const run of runs) expect(run.decide().condemned).to.equal(false);
    const evidence = runs.map((run, index) => evidenceOf(`web-${index}`, run));
    const first = mergeEvidence(evidence, mergeAt(374_000));
    expect(first.decision).to.equal('collecting');
    expect(first.pending?.peak).to.be.at.least(100);
    for (const run of runs) run.feed(9, 4000, failsEach(20));
    const later = runs.map((run, index) => evidenceOf(`web-${index}`, run));
    const second = mergeEvidence(later, mergeAt(410_000, { pending: first.pending }));
    expect(second.decision, second.missing.join('; ')).to.equal('reject');
    expect(second.reasons[0]?.code).to.equal('errors');
    // What holds it on one host is no reason of the decision, and comes after those that are.
    const [accused, ...others] = later as [HostEvidence, ...HostEvidence[]];
    const objecting = { ...accused, counts: { ...accused.counts, objections: ['memory-growth'] } };
    const settings = mergeAt(410_000, { pending: first.pending });
    const third = mergeEvidence([objecting, ...others], settings);
    expect(third.decision).to.equal('reject');
    expect(third.reasons[0]?.code).to.equal('errors');
    expect(third.reasons.map(({ code }) => code)).to.include('memory-growth');
  });

  it('says how much was not judged, whose causes no host tells', () => {
    const ownState = { what: 'cookie `sid`', by: 'POST /login', isCopied: false, isByRule: false };
    const aside = { setAside: 'own-session', ownState } as const;
    const runs = [1, 2, 3].map(() =>
      new ShadowRun().feed(400, 900, (index) => ({
        ...fine(index),
        ...(index % 10 === 9 ? aside : {}),
      })),
    );
    const evidence = runs.map((run, index) => evidenceOf(`web-${index}`, run));
    const { decision, reasons } = mergeEvidence(evidence, mergeAt(400 * 900));
    expect(decision).to.equal('promote');
    expect(reasons.map(({ text }) => text)).to.include('10 % of the requests were not judged.');
  });

  it('names the host that has it alone', () => {
    const evidence = [1, 2, 3].map((host) =>
      evidenceOf(`web-${host}`, new ShadowRun().feed(300, 1000, host === 2 ? failsEach(9) : fine)),
    );
    const merged = mergeEvidence(evidence, mergeAt(300_000));
    const reason = merged.reasons.find(({ code }) => code === 'errors');
    expect(reason?.hosts).to.deep.equal(['web-2']);
    expect(reason?.text).to.include('Seen on web-2 alone.');
    expect(merged.decision).not.to.equal('promote');
  });

  it('never promotes what one host rejects, or what is suspicious on one of them', () => {
    const good = [1, 2, 3].map((host) =>
      evidenceOf(`web-${host}`, new ShadowRun().feed(700, 500, fine)),
    );
    expect(mergeEvidence(good, mergeAt(350_000)).decision).to.equal('promote');
    const bad = evidenceOf('web-4', new ShadowRun().feed(8, 500, fine));
    for (const [oddsWorse, decision] of [
      [41, 'collecting'],
      [500, 'reject'],
    ] as const) {
      const one: HostEvidence = { ...bad, decision, counts: { ...bad.counts, oddsWorse } };
      const merged = mergeEvidence([...good, one], mergeAt(350_000));
      expect(merged.decision).to.equal('collecting');
      expect(merged.reasons[0]?.hosts).to.deep.equal(['web-4']);
      expect(merged.missing.join()).to.include('web-4');
      const code = decision === 'reject' ? 'host-veto' : 'host-suspicious';
      expect(merged.reasons[0]?.code).to.equal(code);
    }
  });

  it('holds where one host objects, and says which', () => {
    const good = [1, 2, 3].map((host) =>
      evidenceOf(`web-${host}`, new ShadowRun().feed(700, 500, fine)),
    );
    const [first, ...others] = good as [HostEvidence, ...HostEvidence[]];
    const objecting = { ...first, counts: { ...first.counts, objections: ['memory-growth'] } };
    const merged = mergeEvidence([objecting, ...others], mergeAt(350_000));
    expect(merged.decision).to.equal('collecting');
    expect(merged.missing.join()).to.include('memory-growth holds the version on web-1');
  });

  it('counts a hiccup that all share once', () => {
    const runs = Array.from({ length: 20 }, () =>
      new ShadowRun()
        .feed(60, 1000, fine)
        .feed(2, 500, () => ({ endpoint: NAMES[0] ?? '', ...failing })),
    );
    const evidence = runs.map((run, index) => evidenceOf(`web-${index}`, run));
    const one = mergeEvidence(evidence.slice(0, 1), mergeAt(61_000));
    const all = mergeEvidence(evidence, mergeAt(61_000));
    expect(all.certainty.bySignal?.['errors']).to.be.below(100);
    expect(one.certainty.bySignal?.['errors']).to.be.below(100);
    // The same at different times is as many pieces of evidence.
    const apart = runs.map((_, index) =>
      evidenceOf(
        `web-${index}`,
        new ShadowRun()
          .pass(index * 10_000)
          .feed(60, 1000, fine)
          .feed(2, 500, () => failing),
      ),
    );
    expect(mergeEvidence(apart, mergeAt(261_000)).certainty.oddsWorse).to.be.above(100);
  });

  it('is right about the clock of a host that is hours off', () => {
    const off = 3 * 60 * MINUTE_MS;
    const runs = Array.from({ length: 20 }, () =>
      new ShadowRun().feed(60, 1000, fine).feed(2, 500, () => failing),
    );
    const evidence = runs.map((run, index) => evidenceOf(`web-${index}`, run));
    const skewed = evidence.map((one, index) => ({
      ...one,
      writtenAtMs: one.writtenAtMs + (index - 10) * off,
      seenAtMs: one.writtenAtMs,
    }));
    expect(mergeEvidence(skewed, mergeAt(61_000))).to.deep.equal(
      mergeEvidence(evidence, mergeAt(61_000)),
    );
  });

  it('does not depend on the order of records, on repetition, or on hosts without traffic', () => {
    fc.assert(
      fc.property(hosts, fc.infiniteStream(fc.nat()), (evidence, order) => {
        const settings = mergeAt(400_000);
        const merged = mergeEvidence(evidence, settings);
        const shuffled = evidence
          .flatMap((one) => [one, one])
          .map((one) => ({ one, key: order.next().value as number }))
          .sort((left, right) => left.key - right.key)
          .map(({ one }) => one);
        expect(mergeEvidence(shuffled, settings)).to.deep.equal(merged);
        const idle = evidenceOf('zz-idle', new ShadowRun().pass(500_000));
        const { hosts: _, ...withIdle } = mergeEvidence([...evidence, idle], settings);
        const { hosts: __, ...without } = merged;
        expect(withIdle).to.deep.equal(without);
      }),
      { numRuns: 60 },
    );
  });

  it('takes the latest of several records of one host', () => {
    const run = new ShadowRun().feed(100, 400, fine);
    const before = evidenceOf('web-1', run);
    const after = evidenceOf('web-1', run.feed(100, 400, fine));
    for (const list of [
      [before, after],
      [after, before],
    ]) {
      expect(mergeEvidence(list, mergeAt(80_000)).pairs).to.equal(200);
    }
  });

  it('says nothing where no host has a pair', () => {
    const merged = mergeEvidence([], mergeAt(1000));
    expect(merged).to.include({ decision: 'collecting', pairs: 0, progress: 0 });
    expect(merged.reasons).to.deep.equal([]);
  });

  it('asks a host alone for as many times the odds as there are hosts', () => {
    expect([1, 3, 200].map(localVetoOdds)).to.deep.equal([100, 300, 20_000]);
    const run = new ShadowRun().feed(200, 500, failsEach(12));
    const odds = run.decide().certainty.oddsWorse;
    expect(run.decide().condemned).to.equal(true);
    run.verdict.rejectAt(localVetoOdds(Math.ceil(odds)));
    expect(run.decide().condemned).to.equal(false);
    expect(run.decide().certainty.oddsNeeded).to.equal(100 * Math.ceil(odds));
  });
});

import { expect } from 'chai';
import type { Unread } from '../../../../../lib/compare/outcome.ts';
import { Verdict } from '../../../../../lib/verdict/verdict.ts';
import { DEFAULT_VERDICT_SETTINGS } from '../../../../support/default-settings.ts';
import { pairOf, responseOf, START_MS } from '../../../../support/pairs.ts';

const ENDPOINT = 'GET /items/{id}';
const PAIRS = 900;
const AT_MS = START_MS + 1_000_000;
const ACCEPT = `not-comparable ${ENDPOINT}`;

/** Whether the promotion waits for these bodies. */
function isHeld(verdict: Verdict): boolean {
  return verdict.decide(AT_MS).missing.some((it) => it.includes('cannot be compared'));
}

/** A verdict on pairs of which each `every`-th has a body that `by` did not send readably. */
function verdictOn(by: Unread['by'], every: number): Verdict {
  const verdict = new Verdict(DEFAULT_VERDICT_SETTINGS, START_MS);
  const response = responseOf(200);
  for (let index = 0; index < PAIRS; index++) {
    const isUnread = index % every === 0;
    verdict.pair({
      ...pairOf({ endpoint: ENDPOINT, atMs: index * 1000, running: response, testing: response }),
      requestId: `request-${index}`,
      ...(isUnread && { unread: { by, why: 'encoded as zstd' } }),
    });
  }
  return verdict;
}

describe('Bodies of testing that cannot be read where those of running can', () => {
  it('hold the promotion, reject nothing, and are told with the cause and samples', () => {
    const verdict = verdictOn('testing', 1);
    const { decision, reasons } = verdict.decide(AT_MS);
    expect(decision).to.equal('collecting');
    expect(isHeld(verdict)).to.equal(true);
    expect(reasons.map(({ code }) => code)).to.deep.equal(['not-comparable']);
    expect(reasons[0]?.text).to.equal(
      `${ENDPOINT} cannot be compared: testing's body is encoded as zstd, where running's could be read, ` +
        'in 900 of 900 responses (at most 10 % may).',
    );
    expect(reasons[0]?.samples?.[0]).to.equal('request-0');
    expect(reasons[0]?.accept).to.equal(ACCEPT);
  });

  it('hold nothing once an operator accepts them', () => {
    const verdict = verdictOn('testing', 1);
    verdict.accept([ACCEPT]);
    expect(isHeld(verdict)).to.equal(false);
  });

  it('hold nothing where they are few, or where those of running cannot be read either', () => {
    expect(isHeld(verdictOn('testing', 20))).to.equal(false);
    expect(isHeld(verdictOn('both', 1))).to.equal(false);
  });

  it('are remembered across a restart', () => {
    const kept: unknown = JSON.parse(JSON.stringify(verdictOn('testing', 1).checkpoint()));
    const restored = Verdict.restore(DEFAULT_VERDICT_SETTINGS, kept);
    expect(restored.decide(AT_MS).reasons[0]?.observed).to.equal(1);
  });
});

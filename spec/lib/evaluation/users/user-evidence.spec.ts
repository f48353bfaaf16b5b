import { expect } from 'chai';
import type { TrafficObservation } from '../../../../lib/model/exchange.ts';
import { UserEvidence } from '../../../../lib/evaluation/users/user-evidence.ts';

const SETTINGS = { margin: 0.005, warmupTimeMs: 0, speed: 'block' } as const;
const START_MS = 1_700_000_000_000;
const nameOf = (method: string, path: string): string => `${method} ${path}`;

function observed(
  instance: string,
  atMs: number,
  client: number,
  status = 201,
): TrafficObservation {
  const request = { endpointMethod: 'POST', path: '/orders', operation: '', kind: '', bytes: 2 };
  const response = { status, failure: null, ms: 5, copied: false };
  return { ...request, ...response, instance, client: `client ${client}`, atMs: START_MS + atMs };
}

/** Two minutes of 1.0.0, 20 good responses a second. */
function known(evidence: UserEvidence): void {
  const batch = Array.from({ length: 2400 }, (_, n) =>
    observed('shop-1.0.0/1_running', n * 50 - 120_000, n % 50),
  );
  evidence.observed(batch, nameOf);
}

function serve(evidence: UserEvidence, instance: string, status: number): void {
  for (let n = 0; n < 1200; n++) {
    const it = observed(instance, n * 50, n % 50, n % 4 === 0 ? status : 201);
    evidence.observed([it], nameOf);
  }
}

const PAIR = { version: 'shop-1.0.1', previous: 'shop-1.0.0' };

describe('the evidence of what users get', () => {
  it('judges the version on probation by what it served, against the one before', () => {
    const evidence = new UserEvidence(() => SETTINGS);
    known(evidence);
    evidence.onProbation(PAIR, START_MS);
    serve(evidence, 'shop-1.0.1/2_running', 500);
    expect(evidence.isWorse(START_MS + 61_000)).to.equal(true);
    const report = evidence.report(START_MS + 61_000);
    expect(report).to.include({ ...PAIR, isWorse: true, controlResponses: 2400 });
    expect(report?.reasons[0]?.endpoint).to.equal('POST /orders');
  });

  it('does not count what the version before still had in hand', () => {
    const evidence = new UserEvidence(() => SETTINGS);
    known(evidence);
    evidence.onProbation(PAIR, START_MS);
    serve(evidence, 'shop-1.0.0/1_running', 500);
    expect(evidence.report(START_MS + 61_000)).to.include({ responses: 0, isWorse: false });
  });

  it('does not mind an outage that the version before meets, too, when it gets copies', () => {
    for (const isShared of [true, false]) {
      const evidence = new UserEvidence(() => SETTINGS);
      known(evidence);
      evidence.onProbation(PAIR, START_MS);
      for (let n = 0; n < 1200; n++) {
        const status = n > 400 ? 503 : 201;
        const it = observed('shop-1.0.1/2_running', n * 50, n % 50, status);
        const running = { status: isShared ? status : 201, failure: null, ms: 5 };
        const copy = { endpoint: 'GET /items', requestId: `r${n}`, atMs: it.atMs, running };
        evidence.copied([copy]);
        evidence.observed([it], nameOf);
      }
      expect(evidence.isWorse(START_MS + 61_000), `shared: ${isShared}`).to.equal(!isShared);
    }
  });

  it('judges a share of the users against the others at the same time', () => {
    for (const isShared of [true, false]) {
      const evidence = new UserEvidence(() => SETTINGS);
      known(evidence);
      evidence.onProbation({ ...PAIR, share: 0.5 }, START_MS);
      for (let n = 0; n < 2400; n++) {
        const fails = n % 4 === 0 && n > 400 ? 500 : 201;
        const [atMs, client] = [n * 25, n % 50];
        const trial = observed('shop-1.0.1/2_running', atMs, client, fails);
        const other = observed('shop-1.0.0/1_running', atMs, 50 + client, isShared ? fails : 201);
        evidence.observed([other, trial], nameOf);
      }
      expect(evidence.isWorse(START_MS + 61_000), `trouble of both: ${isShared}`).to.equal(
        !isShared,
      );
      const report = evidence.report(START_MS + 61_000);
      expect(report).to.include({ responses: 2400, requestShare: 0.5 });
      evidence.onProbation({ ...PAIR, share: 0.7 }, START_MS + 61_000);
      expect(evidence.report(START_MS + 61_000)).to.include({
        responses: 2400,
        requestShare: null,
      });
      if (!isShared) {
        expect(report?.reasons[0]?.text).to.match(
          /against 0 of [\d,]+ of the version before at the same time and 0 of 2,400 before/,
        );
      }
    }
  });

  it('goes on with its evidence when all users follow', () => {
    const evidence = new UserEvidence(() => SETTINGS);
    known(evidence);
    evidence.onProbation({ ...PAIR, share: 0.5 }, START_MS);
    serve(evidence, 'shop-1.0.1/2_running', 500);
    evidence.onProbation(PAIR, START_MS + 61_000);
    expect(evidence.report(START_MS + 61_000)).to.include({ responses: 1200, isWorse: true });
  });

  it('judges nothing outside a probation, and begins one judgement for each', () => {
    const evidence = new UserEvidence(() => SETTINGS);
    known(evidence);
    serve(evidence, 'shop-1.0.1/2_running', 500);
    expect(evidence.report(START_MS)).to.equal(null);
    evidence.onProbation(PAIR, START_MS + 60_000);
    evidence.onProbation(PAIR, START_MS + 61_000);
    expect(evidence.report(START_MS + 61_000)).to.include({ responses: 0, isWorse: false });
    evidence.onProbation(null, START_MS + 62_000);
    expect(evidence.isWorse(START_MS + 62_000)).to.equal(false);
  });

  it('knows after a restart what users got before', () => {
    const evidence = new UserEvidence(() => SETTINGS);
    known(evidence);
    const again = new UserEvidence(() => SETTINGS);
    again.restore(JSON.parse(JSON.stringify(evidence.checkpoint())));
    again.onProbation(PAIR, START_MS);
    serve(again, 'shop-1.0.1/2_running', 500);
    expect(again.report(START_MS + 61_000)).to.include({ isWorse: true, controlResponses: 2400 });
  });

  it('keeps the histories of three versions', () => {
    const evidence = new UserEvidence(() => SETTINGS);
    for (let n = 0; n < 10; n++) {
      evidence.observed([observed(`shop-${n}/1_running`, n * 1000, 1)], nameOf);
    }
    expect((evidence.checkpoint() as readonly unknown[]).length).to.equal(3);
  });

  it('takes nothing for a checkpoint that is none, and names what is wrong in a damaged one', () => {
    const evidence = new UserEvidence(() => SETTINGS);
    for (const nothing of [null, 7, 'text', {}, [null], [{ version: 7 }]]) {
      evidence.restore(nothing);
    }
    expect(evidence.checkpoint()).to.deep.equal([]);
    const damaged = [{ version: 'shop-1', history: { rates: null, heavy: null } }];
    expect(() => evidence.restore(damaged)).to.throw('history.rates is null');
  });
});

import { expect } from 'chai';
import type { PairOutcome } from '../../../../lib/compare/outcome.ts';
import { EvidenceText } from '../../../../lib/fleet/host/evidence-text.ts';
import { Judge } from '../../../../lib/fleet/view/judge.ts';
import type { Decision } from '../../../../lib/verdict/report.ts';
import { Verdict } from '../../../../lib/verdict/verdict.ts';
import { DEFAULT_VERDICT_SETTINGS as SETTINGS } from '../../../support/default-settings.ts';
import { recordOf } from '../../../support/host-evidence.ts';
import { responseOf, ShadowRun, START_MS } from '../../../support/pairs.ts';
import { NEW } from '../rollout/fleet-records.ts';

function textOf(host: string, decision: Decision = 'collecting', version = NEW.version): string {
  const counts = new Verdict(SETTINGS, 0).counts(1000);
  return new EvidenceText().of({ host, version, nowMs: 1000, decision, counts });
}

function seen(host: string, text: string) {
  return { host, text, seenAtMs: 1000 };
}

function judge(now: () => number = () => 0): Judge {
  return new Judge({ settings: () => SETTINGS, now, wallNow: () => 2000 });
}

/** Every twentieth request fails in testing. */
const failsEach20 = (index: number): Partial<PairOutcome> => ({
  endpoint: `GET /items/${index % 4}`,
  ...(index % 20 === 19 && { testing: responseOf(500) }),
});

describe('The judge of a fleet', () => {
  it('decides nothing by what it cannot read, and names the host', () => {
    const records = [
      seen('a', 'not JSON'),
      seen('b', textOf('c')),
      seen('d', textOf('d', 'collecting', 'shop-9')),
      seen('e', textOf('e')),
    ];
    const { decision, problems, hosts } = judge().judge(NEW, records, []);
    expect(decision).to.equal('collecting');
    expect(hosts.map(({ host }) => host)).to.deep.equal(['e']);
    expect(problems).to.have.length(3);
    expect(problems.join('\n')).to.match(/of a.*\n.*of b is that of c.*\n.*of d on shop-9/);
  });

  it('ends a test in which all hosts waited in vain, and none in which one still collects', () => {
    const inVain = [seen('a', textOf('a', 'inconclusive')), seen('b', textOf('b', 'inconclusive'))];
    const ended = judge().judge(NEW, inVain, []);
    expect(ended.decision).to.equal('reject');
    expect(ended.reasons[0]?.text).to.match(/too little evidence until verdict\.deadline/);
    const open = [...inVain, seen('c', textOf('c'))];
    expect(judge().judge(NEW, open, []).decision).to.equal('collecting');
    expect(judge().judge(NEW, [], []).decision).to.equal('collecting');
  });

  it('confirms a rejection anew after it did not lead for a while', () => {
    let atMs = 374_000;
    const runs = [1, 2, 3, 4, 5, 6].map((host) =>
      new ShadowRun().pass(host * 9000).feed(80, 4000, failsEach20),
    );
    const records = () =>
      runs.map((run, at) => {
        const text = recordOf(`web-${at}`, run, NEW.version);
        return { host: `web-${at}`, text };
      });
    const clocks = { now: () => atMs, wallNow: () => START_MS + atMs };
    const [one, other] = [1, 2].map(() => new Judge({ settings: () => SETTINGS, ...clocks }));
    for (const it of [one, other]) {
      expect(it?.judge(NEW, records(), []).decision).to.equal('collecting');
    }
    other?.forget();
    for (const run of runs) run.feed(9, 4000, failsEach20);
    atMs = 410_000;
    expect(one?.judge(NEW, records(), []).decision).to.equal('reject');
    expect(other?.judge(NEW, records(), []).decision).to.equal('collecting');
  });

  it('adds up at most once a second', () => {
    let nowMs = 0;
    const one = judge(() => nowMs);
    const first = one.judge(NEW, [seen('a', textOf('a'))], []);
    nowMs = 999;
    expect(one.judge(NEW, [], [])).to.equal(first);
    nowMs = 1000;
    expect(one.judge(NEW, [], []).hosts).to.deep.equal([]);
  });
});

describe('What a host puts of its evidence', () => {
  it('is the same text while nothing is counted, however the time passes', () => {
    const texts = new EvidenceText();
    const verdict = new Verdict(SETTINGS, 0);
    const at = (nowMs: number): string =>
      texts.of({
        host: 'a',
        version: NEW.version,
        nowMs,
        decision: 'collecting',
        counts: verdict.counts(nowMs),
      });
    const first = at(1000);
    expect(at(60_000)).to.equal(first);
    expect(Buffer.byteLength(first)).to.be.at.most(4096);
  });
});

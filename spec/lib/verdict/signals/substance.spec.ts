import { expect } from 'chai';
import type { OwnState } from '../../../../lib/compare/outcome.ts';
import { Verdict } from '../../../../lib/verdict/verdict.ts';
import { DEFAULT_VERDICT_SETTINGS } from '../../../support/default-settings.ts';
import { pairOf, responseOf, START_MS } from '../../../support/pairs.ts';

type Seen = Readonly<Record<string, number>>;

interface Test {
  readonly before: Seen;
  readonly compared: Seen;
  readonly status?: number;
  readonly uncopied?: Seen;
}

/** What is still missing of pairs that say something, '' when nothing is. */
function missing({ before, compared, uncopied = {}, status = 200 }: Test): string {
  const verdict = new Verdict(DEFAULT_VERDICT_SETTINGS, START_MS);
  for (const [name, count] of Object.entries(before)) {
    for (let index = 0; index < count; index++)
      verdict.running(name, responseOf(200), START_MS - 1);
  }
  let atMs = 0;
  for (const [endpoint, count] of Object.entries(compared)) {
    for (let index = 0; index < count; index++) {
      const running = responseOf(status);
      verdict.pair(pairOf({ endpoint, atMs: (atMs += 1000), running, testing: running }));
    }
  }
  for (const [name, count] of Object.entries(uncopied)) {
    for (let index = 0; index < count; index++)
      verdict.running(name, responseOf(200), START_MS + 1);
  }
  const report = verdict.decide(START_MS + 1_000_000);
  expect(report.decision === 'promote').to.equal(report.missing.length === 0);
  return report.missing.find((line) => line.startsWith('pairs that say something')) ?? '';
}

describe('Pairs that say something about the service', () => {
  const users = { 'GET /items/{id}': 300, 'GET /orders': 200, 'GET /': 100, 'GET /search': 40 };

  it('are missing when only a probe that nobody lists was compared', () => {
    expect(
      missing({
        before: { ...users, 'GET /internal/status': 400 },
        compared: { 'GET /internal/status': 900 },
      }),
    ).to.equal(
      'pairs that say something about the service: GET /internal/status was compared, but not ' +
        'GET /items/{id}, GET /orders, GET / and 1 more endpoint, which users call',
    );
    const odd = { 'GET /internal/db': 5000 };
    expect(missing({ before: { ...users, ...odd }, compared: odd })).to.contain('GET /items/{id}');
  });

  it('are missing when only redirects and refusals were compared', () => {
    const compared = { 'GET /items/{id}': 300, 'GET /orders': 300, 'GET /': 300 };
    expect(missing({ before: users, compared, status: 302 })).to.contain('GET /search');
    expect(
      missing({ before: users, compared: { ...compared, 'GET /search': 2 }, status: 401 }),
    ).to.equal('');
  });

  it('are there as soon as three endpoints, or all that users call, were compared', () => {
    expect(
      missing({
        before: users,
        compared: { 'GET /items/{id}': 600, 'GET /orders': 200, 'GET /': 99 },
      }),
    ).to.equal('');
    expect(missing({ before: { 'GET /a': 900 }, compared: { 'GET /a': 900 } })).to.equal('');
    expect(missing({ before: {}, compared: { 'GET /status': 900 } })).to.equal('');
    expect(missing({ before: { 'GET /status': 500 }, compared: { 'GET /status': 900 } })).to.equal(
      '',
    );
  });

  it('may lack what is never copied, unless nothing else says anything', () => {
    const writes = { 'POST /a': 50, 'POST /b': 50, 'POST /c': 50, 'GET /home': 100 };
    expect(missing({ before: writes, compared: { 'GET /home': 900 } })).to.equal('');
    expect(missing({ before: { 'POST /a': 50 }, compared: { 'GET /status': 900 } })).to.contain(
      'POST /a',
    );
    expect(
      missing({ before: {}, compared: { 'GET /status': 900 }, uncopied: { 'POST /a': 9 } }),
    ).to.contain('POST /a');
  });

  it('may lack what an operator, or a rule, says that only running knows', () => {
    const own: OwnState = { what: '', by: 'POST /a', isCopied: false, isByRule: false };
    const aside = ['GET /cart', 'GET /orders', 'GET /mail'];
    const lacks = (compared: string, ownState: OwnState, accepted: readonly string[]): boolean => {
      const verdict = new Verdict(DEFAULT_VERDICT_SETTINGS, START_MS);
      for (let index = 0; index < 300; index++) {
        const atMs = index * 1000;
        verdict.pair(pairOf({ endpoint: compared, atMs }));
        for (const endpoint of aside) {
          verdict.running(endpoint, responseOf(200), START_MS - 1);
          verdict.pair(pairOf({ endpoint, atMs, setAside: 'own-write', ownState }));
        }
      }
      verdict.accept(accepted);
      const { missing: lines } = verdict.decide(START_MS + 1_000_000);
      return lines.some((line) => line.startsWith('pairs that say something'));
    };
    expect(lacks('GET /items', own, [])).to.equal(true);
    expect(lacks('GET /items', own, ['own-state'])).to.equal(false);
    expect(lacks('GET /items', { ...own, isByRule: true }, [])).to.equal(false);
    expect(lacks('GET /status', own, ['own-state']), 'nothing but a probe').to.equal(true);
  });

  it('may lack a few requests, and names that are values of a template by now', () => {
    const rare = { 'GET /home': 5000, 'GET /a': 2, 'GET /b': 2, 'GET /c': 2 };
    expect(missing({ before: rare, compared: { 'GET /home': 900 } })).to.equal('');
    const words = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [`GET /shop/word-${index}`, 20]),
    );
    expect(missing({ before: words, compared: { 'GET /shop/{id}': 900 } })).to.equal('');
    const actions = { 'GET /doku.php': 900 };
    expect(missing({ before: actions, compared: { 'GET /doku.php?do=show': 900 } })).to.equal('');
  });
});

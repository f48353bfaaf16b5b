import { expect } from 'chai';
import {
  GOALS,
  type Goal,
  inconclusive,
  outcomeOf,
  versionOnItsWay,
} from '../../../../lib/cli/live/goal.ts';
import type { HistoryEntry, HistoryEvent } from '../../../../lib/model/history.ts';
import type { StatusView, VerdictView } from '../../../../lib/operator/views/status-view.ts';
import { STATUS } from '../../operator/views.ts';

const TESTED = 'inventory-1.5.0';
const QUIET: StatusView = { ...STATUS, testing: null, verdict: null };

/** `1.5.0 rejected` and the like, a second apart. */
function history(...entries: readonly string[]): HistoryEntry[] {
  return entries.map((text, at) => {
    const [number, event] = text.split(' ');
    const version = `inventory-${number}`;
    return {
      at: new Date(Date.UTC(2026, 0, 7, 0, 0, at)).toISOString(),
      event: event as HistoryEvent,
      version,
      by: 'vili',
      reasons: ['because'],
    };
  });
}

function decided(decision: VerdictView['decision']): StatusView {
  return { ...STATUS, verdict: { ...STATUS.verdict, decision } as VerdictView };
}

const ARRIVED = history('1.5.0 arrived', '1.5.0 testing');
/** Exit codes for each goal in the order of GOALS; null: it goes on waiting. */
const CASES: readonly (readonly [
  what: string,
  version: string,
  status: StatusView,
  past: HistoryEntry[],
  codes: readonly (number | null)[],
])[] = [
  ['that is tested', TESTED, STATUS, ARRIVED, [null, null, 0]],
  ['whose servlet starts', TESTED, starting(), ARRIVED, [null, null, null]],
  ['with a verdict to promote', TESTED, decided('promote'), ARRIVED, [0, null, 0]],
  ['with a verdict to reject', TESTED, decided('reject'), ARRIVED, [3, null, 0]],
  ['whose test ran out of time', TESTED, decided('inconclusive'), ARRIVED, [4, null, 0]],
  ['that serves', 'inventory-1.4.2', STATUS, [], [0, 0, 0]],
  ['that is rejected', TESTED, QUIET, history('1.5.0 arrived', '1.5.0 rejected'), [3, 3, 3]],
  [
    'that is tested again',
    TESTED,
    QUIET,
    history('1.5.0 rejected', '1.5.0 arrived'),
    [null, null, null],
  ],
  ['that is taken back', TESTED, QUIET, history('1.5.0 promoted', '1.5.0 rolled-back'), [3, 3, 3]],
  ['that is superseded', TESTED, QUIET, history('1.5.0 superseded', '1.5.1 testing'), [4, 4, 4]],
  ['that is declined', TESTED, QUIET, history('1.5.0 refused'), [6, 6, 6]],
  [
    'that served before the present one',
    TESTED,
    QUIET,
    history('1.5.0 promoted', '1.5.0 archived'),
    [0, 0, null],
  ],
  ['that nobody has seen', TESTED, QUIET, history('1.4.9 rejected'), [null, null, null]],
];

describe('what `vili wait` waits for', () => {
  for (const [what, version, status, past, codes] of CASES) {
    it(`is known of a version ${what}`, () => {
      const found = GOALS.map((goal) => outcomeOf(goal, version, status, past)?.exitCode ?? null);
      expect(found).to.deep.equal(codes);
    });
  }

  it('is told with when and why', () => {
    const goal: Goal = 'promoted';
    const outcome = outcomeOf(goal, TESTED, QUIET, history('1.5.0 rejected'));
    expect(outcome).to.deep.equal({
      outcome: 'rejected',
      exitCode: 3,
      text: 'inventory-1.5.0 was rejected on 2026-01-07 00:00:00Z',
      reasons: ['because'],
    });
    expect(outcome && inconclusive(outcome)).to.include({
      exitCode: 4,
      text: 'inventory-1.5.0 ran out of time on 2026-01-07 00:00:00Z',
    });
  });

  it('is the version under test, else the one on its way, else the next', () => {
    expect(versionOnItsWay(STATUS, [])).to.equal(TESTED);
    expect(versionOnItsWay(QUIET, history('1.4.2 promoted', '1.5.1 arrived'))).to.equal(
      'inventory-1.5.1',
    );
    expect(versionOnItsWay(QUIET, history('1.5.1 arrived', '1.5.1 rejected'))).to.equal(null);
  });
});

function starting(): StatusView {
  const { testing } = STATUS;
  return { ...STATUS, testing: testing && { ...testing, state: 'starting' }, verdict: null };
}

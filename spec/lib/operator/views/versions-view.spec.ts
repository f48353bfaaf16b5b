import { expect } from 'chai';
import type { HistoryEntry, HistoryEvent } from '../../../../lib/model/history.ts';
import { versionsView } from '../../../../lib/operator/views/versions-view.ts';

const NO_ROLES = { running: null, testing: null, waiting: null, previous: null };
const NO_FILES = { folders: new Set<string>(), archives: new Set<string>() };
let minute = 0;

function entry(
  version: string,
  event: HistoryEvent,
  by = 'vili',
  reasons: string[] = [],
): HistoryEntry {
  const at = new Date(Date.UTC(2026, 0, 1) + 60_000 * minute++).toISOString();
  return { at, event, version, by, reasons };
}

describe('the view of all versions', () => {
  const history = [
    entry('shop-1.0.0', 'arrived'),
    entry('shop-1.0.0', 'started'),
    entry('shop-1.1.0', 'arrived'),
    entry('shop-1.1.0', 'testing'),
    entry('shop-1.1.0', 'rejected', 'vili', ['GET / fails']),
    entry('shop-0.9.0', 'refused', 'vili', ['not newer']),
    entry('shop-1.2.0', 'arrived'),
    entry('shop-1.2.0', 'promoted', 'ann@host', ['ann@host asked for it']),
    entry('shop-1.0.0', 'archived'),
    entry('', 'stopped'),
  ];
  const files = {
    folders: new Set(['shop-1.2.0', 'shop-1.1.0']),
    archives: new Set(['shop-1.0.0']),
  };

  it('says what became of each, why and by whom, the latest arrival first', () => {
    const { versions } = versionsView(history, { ...NO_ROLES, running: 'shop-1.2.0' }, files, 10);
    const shown = versions.map(({ version, state, by, where }) => [version, state, by, where]);
    expect(shown).to.deep.equal([
      ['shop-1.2.0', 'running', 'ann@host', 'folder'],
      ['shop-0.9.0', 'declined', 'vili', null],
      ['shop-1.1.0', 'rejected', 'vili', 'folder'],
      ['shop-1.0.0', 'retired', 'vili', 'archive'],
    ]);
    expect(versions.map(({ hasReport }) => hasReport)).to.deep.equal([true, false, true, false]);
    expect(versions[2]?.reasons).to.deep.equal(['GET / fails']);
    expect(versions[2]?.events.map(({ event }) => event)).to.deep.equal([
      'arrived',
      'testing',
      'rejected',
    ]);
  });

  it('does not take who paused the service for who decided about a version', () => {
    const paused = entry('shop-1.0.0', 'paused', 'ann@host', ['release freeze']);
    const { versions } = versionsView([...history.slice(0, 2), paused], NO_ROLES, NO_FILES, 10);
    expect(versions[0]).to.include({ version: 'shop-1.0.0', by: 'vili', at: history[1]?.at });
  });

  it('says that there is no report of a version whose files are deleted', () => {
    const [, , rejected] = versionsView(history, NO_ROLES, NO_FILES, 10).versions;
    expect(rejected).to.include({ state: 'rejected', where: null, hasReport: false });
  });

  it('is bounded in versions and in events of each', () => {
    const many = Array.from({ length: 50 }, () => entry('shop-3.0.0', 'crashed'));
    const { versions } = versionsView([...history, ...many], NO_ROLES, NO_FILES, 1);
    expect(versions.map(({ version }) => version)).to.deep.equal(['shop-3.0.0']);
    expect(versions[0]?.events).to.have.lengthOf(20);
    expect(versions[0]?.arrivedAt).to.equal(null);
  });
});

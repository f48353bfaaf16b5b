import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { openHistory } from '../../../../lib/base/state/history.ts';
import { type RecordedState, recordedState } from '../../../../lib/base/state/recorded-state.ts';
import type { HistoryEntry } from '../../../../lib/model/history.ts';
import { recordingJournal } from '../../../support/actor-kit.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

const ENTRY: HistoryEntry = {
  at: '2027-01-15T08:00:00.000Z',
  event: 'promoted',
  version: 'shop-2',
  by: 'vili',
  reasons: [],
};

describe('A recorded state', () => {
  it('is loaded as it was saved, without what is recorded beside it', async () => {
    await withState(async ({ state }) => {
      expect(await state.load()).to.equal(null);
      await state.save({ count: 3 }, [ENTRY]);
      expect(await state.load()).to.deep.equal({ count: 3 });
    });
  });

  it('adds to the history what a killed Vili had not written there yet, once', async () => {
    await withState(async ({ state, history }) => {
      await state.save({ count: 3 }, [ENTRY]);
      await state.load();
      await state.load();
      expect(await history.read(9)).to.deep.equal([ENTRY]);
    });
  });

  it('is null and reported when it is declined, and the file stays', async () => {
    await withState(async ({ state, file, lines }) => {
      await writeFile(file, '{"count":"many"}');
      expect(await state.load()).to.equal(null);
      expect(lines[0]).to.match(/^warn .*not a count$/);
      expect(await readFile(file, 'utf8')).to.equal('{"count":"many"}');
    });
  });
});

// Private

interface Fixture {
  readonly state: RecordedState<{ readonly count: number }>;
  readonly history: ReturnType<typeof openHistory>;
  readonly file: string;
  readonly lines: readonly string[];
}

function withState(use: (fixture: Fixture) => Promise<void>): Promise<void> {
  return withTempFolder(async (folder) => {
    const file = join(folder, 'state.json');
    const history = openHistory(join(folder, 'history.jsonl'), 10);
    const journal = recordingJournal();
    const parse = (data: unknown): { count: number } => {
      const { count } = data as { count: unknown };
      if (typeof count === 'number') return { count };
      throw new Error('not a count');
    };
    const state = recordedState({ file, history, parse, journal });
    await use({ state, history, file, lines: journal.lines });
  });
}

import { expect } from 'chai';
import type { ComparatorMessage } from '../../../actors/messages.ts';
import { type LogTailerDeps, logTailerActor } from '../../../actors/version/log-tailer-actor.ts';
import type { LogBatch, LogOffset } from '../../../lib/logs/follow/batch.ts';
import { inbox, recordingJournal, withActor } from '../../support/actor-kit.ts';
import { eventually } from '../../support/eventually.ts';
import { batchOf } from '../../support/log-batches.ts';

type Hooks = Parameters<LogTailerDeps['follow']>[0];

describe('A log tailer', () => {
  it('hands batches to the comparator, with version, role and instance', async () => {
    const { deps, comparator, hooks } = fixture();
    await withActor(
      () => logTailerActor(deps),
      async () => {
        hooks()?.onBatch(BATCH);
        const log = await comparator.next('log');
        const of = { version: 'shop-2', role: 'testing', instance: 'shop-2/1_test' };
        expect(log).to.deep.equal({ type: 'log', ...of, batch: BATCH });
      },
    );
  });

  it('tells the comparator how far the log was read', async () => {
    const { deps, comparator, hooks } = fixture();
    await withActor(
      () => logTailerActor(deps),
      async () => {
        hooks()?.onRead(700);
        const read = await comparator.next('log-read');
        const of = { version: 'shop-2', role: 'testing' };
        expect(read).to.deep.equal({ type: 'log-read', ...of, toMs: 700 });
      },
    );
  });

  it('continues after a restart where it stopped reading', async () => {
    const { deps, comparator, hooks } = fixture();
    await withActor(
      () => logTailerActor(deps),
      async ({ crash }) => {
        expect(hooks()?.from).to.equal(null);
        hooks()?.onBatch(BATCH);
        await comparator.next('log');
        await crash();
        expect(hooks()?.from).to.deep.equal(BATCH.offset);
      },
    );
  });

  it('restarts when the follower has failed', async () => {
    const { deps, hooks, started } = fixture();
    await withActor(
      () => logTailerActor(deps),
      async ({ events }) => {
        hooks()?.onFailed(Object.assign(new Error('thread lost'), FAILED) as never);
        await eventually('another follower', () => started() === 2);
        const crashed = events.find(({ type }) => type === 'crashed');
        expect(crashed).to.have.nested.property('error.message', 'thread lost');
      },
    );
  });

  it('logs what the follower reports', async () => {
    const { deps, journal, hooks } = fixture();
    await withActor(
      () => logTailerActor(deps),
      async () => {
        hooks()?.onProblem('lines were skipped');
        await eventually('it is logged', () => journal.lines.length === 1);
        expect(journal.lines).to.deep.equal(['warn log of shop-2/1_test: lines were skipped']);
      },
    );
  });

  it('passes on the lines that are read while it closes', async () => {
    const { deps, comparator } = fixture(BATCH);
    await withActor(
      () => logTailerActor(deps),
      async () => {},
    );
    expect(comparator.types()).to.deep.equal(['log']);
    // Whoever continues must not count them again.
    expect(deps.offsets.get('shop-2/1_test')).to.deep.equal(BATCH.offset);
  });
});

// Private

const BATCH: LogBatch = batchOf(250, { info: 3 });
const FAILED = { code: 'VILI_LOG_FOLLOWER_FAILED' };

/** `last` is what the follower reads while it closes. */
function fixture(last: LogBatch | null = null) {
  const comparator = inbox<ComparatorMessage>('/vili/comparator');
  const journal = recordingJournal();
  const followed: Hooks[] = [];
  const deps: LogTailerDeps = {
    version: 'shop-2',
    role: 'testing',
    instance: 'shop-2/1_test',
    follow: (hooks) => {
      followed.push(hooks);
      return {
        close: () => {
          if (last !== null) hooks.onBatch(last);
          return Promise.resolve();
        },
      };
    },
    offsets: new Map<string, LogOffset>(),
    comparator,
    journal,
  };
  return {
    deps,
    comparator,
    journal,
    hooks: () => followed.at(-1),
    started: () => followed.length,
  };
}

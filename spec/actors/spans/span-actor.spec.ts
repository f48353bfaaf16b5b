import { expect } from 'chai';
import { type SpansDeps, spansActor } from '../../../actors/spans/span-actor.ts';
import type { SpanThreadHooks } from '../../../lib/metrics/spans/thread.ts';
import { recordingJournal, withActor } from '../../support/actor-kit.ts';
import { eventually } from '../../support/eventually.ts';

function fixture() {
  const journal = recordingJournal();
  const opened: { readonly hooks: SpanThreadHooks; readonly signal: AbortSignal }[] = [];
  let dropped = 0;
  let closed = 0;
  const deps: SpansDeps = {
    open: (hooks, signal) => {
      opened.push({ hooks, signal });
      return { close: () => Promise.resolve(void closed++) };
    },
    dropped: () => dropped,
    url: 'http://collector',
    journal,
  };
  /** A batch of five was taken or not. */
  const settle = (problem: string | null): void => {
    if (problem !== null) dropped += 5;
    opened.at(-1)?.hooks.onSettled(problem, 5);
  };
  return { deps, journal, opened, settle, closed: () => closed };
}

describe('The spans actor', () => {
  it('says once that the collector is away, and that it is back with what was dropped', async () => {
    const { deps, journal, settle, closed } = fixture();
    await withActor(
      () => spansActor(deps),
      async () => {
        settle(null);
        settle('away');
        settle('away');
        settle('still away');
        await eventually('it is told', () => journal.lines.length === 1);
        settle(null);
        settle(null);
        await eventually('that it is back, too', () => journal.lines.length === 2);
        settle('away again');
        await eventually('and what comes later', () => journal.lines.length === 3);
        expect(journal.lines).to.deep.equal([
          'warn otlp.endpoint: http://collector does not take spans, which are dropped: away',
          'notice otlp.endpoint: http://collector takes spans again; 15 were dropped meanwhile',
          'warn otlp.endpoint: http://collector does not take spans, which are dropped: away again',
        ]);
      },
    );
    expect(closed()).to.equal(1);
  });

  it('starts another thread when its own has gone, and leads nothing to the old one', async () => {
    const { deps, opened, settle, journal } = fixture();
    await withActor(
      () => spansActor(deps),
      async () => {
        opened[0]?.hooks.onGone(new Error('it ended'));
        await eventually('another one is there', () => opened.length === 2);
        expect(opened.map(({ signal }) => signal.aborted)).to.deep.equal([true, false]);
        settle('away');
        await eventually('it is heard', () => journal.lines.length > 0);
      },
    );
  });
});

import { expect } from 'chai';
import { ExportLoop } from '../../../../lib/metrics/spans/export-loop.ts';
import { eventually } from '../../../support/eventually.ts';

/** A loop whose batches are taken or not by hand. */
function fixture(limits: { batch?: number; intervalMs?: number; exportMs?: number } = {}) {
  const batches: (readonly number[])[] = [];
  const answers: ((problem?: Error) => void)[] = [];
  const settled: (readonly [number, string | null])[] = [];
  let cuts = 0;
  const loop = new ExportLoop<number>(
    { batch: 3, intervalMs: 5, exportMs: 60_000, ...limits },
    {
      send: (batch) =>
        new Promise((resolve, reject) => {
          batches.push(batch);
          answers.push((problem) => (problem === undefined ? resolve() : reject(problem)));
        }),
      cut: () => cuts++,
      settled: (count, problem) => settled.push([count, problem]),
    },
  );
  const add = (...spans: readonly number[]): void => {
    for (const span of spans) loop.add(span);
  };
  return { loop, add, batches, answers, settled, cuts: () => cuts };
}

describe('The export loop', () => {
  it('sends a full batch at once, and the next one when that was answered', async () => {
    const { add, batches, answers, settled } = fixture({ intervalMs: 60_000 });
    add(1, 2, 3, 4, 5, 6, 7);
    expect(batches).to.deep.equal([[1, 2, 3]]);
    answers[0]?.();
    await eventually('the next one goes', () => batches.length === 2);
    expect(batches[1]).to.deep.equal([4, 5, 6]);
    expect(settled).to.deep.equal([[3, null]]);
    answers[1]?.();
    await eventually('it is settled', () => settled.length === 2);
    // The last one alone waits for others.
    expect(batches).to.have.length(2);
    add(8, 9);
    expect(batches[2]).to.deep.equal([7, 8, 9]);
  });

  it('sends what does not fill a batch after a while', async () => {
    const { add, batches } = fixture();
    add(1);
    expect(batches).to.deep.equal([]);
    await eventually('it goes', () => batches.length === 1);
    expect(batches).to.deep.equal([[1]]);
  });

  it('pauses after a batch that was not taken, which is not sent again', async () => {
    const { add, batches, answers, settled } = fixture({ intervalMs: 60_000 });
    add(1, 2, 3, 4, 5, 6);
    answers[0]?.(new Error('away\n\u001b[31m'));
    await eventually('it is settled', () => settled.length === 1);
    expect(settled).to.deep.equal([[3, 'away [31m']]);
    add(7, 8, 9);
    expect(batches).to.have.length(1);
  });

  it('gives up a batch of which it hears nothing, cuts it off and goes on', async () => {
    const { add, batches, settled, cuts, answers } = fixture({ exportMs: 1 });
    add(1, 2, 3);
    await eventually('it is settled', () => settled.length === 1);
    expect(settled).to.deep.equal([[3, 'it took longer than 1001 ms']]);
    expect(cuts()).to.equal(1);
    // What comes too late changes nothing.
    answers[0]?.();
    add(4, 5, 6);
    await eventually('the next one goes', () => batches.length === 2);
    answers[1]?.();
    await eventually('it is settled', () => settled.length === 2);
    expect(settled[1]).to.deep.equal([3, null]);
  });

  it('sends what is left at the end, up to the first batch that is not taken', async () => {
    const { loop, add, batches, answers, settled } = fixture();
    add(1, 2, 3, 4, 5, 6, 7, 8);
    const ended = loop.end();
    answers[0]?.();
    await eventually('the next one goes', () => batches.length === 2);
    answers[1]?.(new Error(''));
    await ended;
    expect(batches).to.deep.equal([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(settled).to.deep.equal([
      [3, null],
      [3, 'it was not reached'],
    ]);
  });
});

import { expect } from 'chai';
import { Checkpoints } from '../../../../lib/evaluation/checkpoint/checkpoints.ts';
import type { Pieces } from '../../../../lib/model/text/pieces.ts';
import { eventually } from '../../../support/eventually.ts';

describe('Checkpoints of a test', () => {
  it('are at most one a second, and none while there is nothing new', async () => {
    const { checkpoints, test, saved, done } = scene();
    await checkpoints.offer(test, 5000);
    await done(1);
    test.news = null;
    await checkpoints.offer(test, 7000);
    test.news = 'second';
    await checkpoints.offer(test, 5999);
    await checkpoints.offer(test, 6000);
    await done(2);
    expect(saved).to.deep.equal(['first', 'second']);
  });

  it('follow each other: the last one waits for the one before, and resolves when it is saved', async () => {
    const { checkpoints, test, saved, hold } = scene();
    const release = hold();
    await checkpoints.offer(test, 5000);
    test.news = 'last';
    await checkpoints.offer(test, 9000);
    const finished = checkpoints.finish(test);
    expect(saved).to.deep.equal([]);
    release();
    await finished;
    expect(saved).to.deep.equal(['first', 'last']);
  });

  it('go on after one that could not be saved', async () => {
    const { checkpoints, test, saved } = scene(['first']);
    await checkpoints.offer(test, 5000);
    test.news = 'second';
    await checkpoints.finish(test);
    expect(saved).to.deep.equal(['second']);
  });

  it('are put together before the test goes on, in turns between which others have theirs', async () => {
    const { checkpoints, saved } = scene();
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns++;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const test = { release: { name: 'shop-1.0.1' }, checkpoint: () => slowPieces(() => turns) };
    await checkpoints.offer(test, 5000);
    isOver = true;
    await eventually('it is saved', () => saved.length === 1);
    const seen = (JSON.parse(saved[0] ?? '') as number[]).map((at, index, all) => {
      return at - (all[index - 1] ?? 0);
    });
    expect(Math.max(...seen.slice(1)), 'another turn after each piece').to.be.greaterThan(0);
    expect(seen.slice(1).every((step) => step > 0)).to.equal(true);
  });

  it('end without one when nothing is new', async () => {
    const { checkpoints, test, saved } = scene();
    test.news = null;
    await checkpoints.finish(test);
    expect(saved).to.deep.equal([]);
  });
});

// Private

/** Each takes a millisecond and more, and tells how many turns of the event loop there were before it. */
function* slowPieces(turns: () => number): Generator<string> {
  for (let piece = 0; piece < 5; piece++) {
    const untilMs = performance.now() + 2;
    while (performance.now() < untilMs);
    yield `${piece === 0 ? '[' : ','}${turns()}`;
  }
  yield ']';
}

function scene(failing: readonly string[] = []) {
  const saved: string[] = [];
  let held: Promise<void> = Promise.resolve();
  const checkpoints = new Checkpoints(async (_name, checkpoint) => {
    await held;
    const text = checkpoint.toString();
    if (failing.includes(text)) throw new Error('ENOSPC');
    saved.push(text);
  });
  const test = {
    release: { name: 'shop-1.0.1' },
    news: 'first' as string | null,
    checkpoint: (): Pieces | null => test.news?.match(/./g) ?? null,
  };
  const hold = (): (() => void) => {
    let release = (): void => {};
    held = new Promise((resolve) => (release = resolve));
    return release;
  };
  const done = (count: number) => eventually(`${count} are saved`, () => saved.length === count);
  return { checkpoints, test, saved, hold, done };
}

import { expect } from 'chai';
import { Checkpoints } from '../../../../lib/evaluation/checkpoint/checkpoints.ts';
import type { Saved } from '../../../../lib/evaluation/checkpoint/saved.ts';
import { eventually } from '../../../support/eventually.ts';

describe('Checkpoints of a test', () => {
  it('are at most one a second, and none while there is nothing new', async () => {
    const { checkpoints, test, saved, done } = scene();
    checkpoints.offer(test, 5000);
    await done(1);
    test.news = null;
    checkpoints.offer(test, 7000);
    test.news = 'second';
    checkpoints.offer(test, 5999);
    checkpoints.offer(test, 6000);
    await done(2);
    expect(saved).to.deep.equal(['first', 'second']);
  });

  it('follow each other: the last one waits for the one before, and resolves when it is saved', async () => {
    const { checkpoints, test, saved, hold } = scene();
    const release = hold();
    checkpoints.offer(test, 5000);
    test.news = 'last';
    checkpoints.offer(test, 9000);
    const finished = checkpoints.finish(test);
    expect(saved).to.deep.equal([]);
    release();
    await finished;
    expect(saved).to.deep.equal(['first', 'last']);
  });

  it('go on after one that could not be saved', async () => {
    const { checkpoints, test, saved } = scene(['first']);
    checkpoints.offer(test, 5000);
    test.news = 'second';
    await checkpoints.finish(test);
    expect(saved).to.deep.equal(['second']);
  });

  it('end without one when nothing is new', async () => {
    const { checkpoints, test, saved } = scene();
    test.news = null;
    await checkpoints.finish(test);
    expect(saved).to.deep.equal([]);
  });
});

// Private

function scene(failing: readonly string[] = []) {
  const saved: string[] = [];
  let held: Promise<void> = Promise.resolve();
  const checkpoints = new Checkpoints(async (_name, checkpoint) => {
    await held;
    const text = checkpoint as unknown as string;
    if (failing.includes(text)) throw new Error('ENOSPC');
    saved.push(text);
  });
  const test = {
    release: { name: 'shop-1.0.1' },
    news: 'first' as string | null,
    checkpoint: (): Saved | null => test.news as unknown as Saved | null,
  };
  const hold = (): (() => void) => {
    let release = (): void => {};
    held = new Promise((resolve) => (release = resolve));
    return release;
  };
  const done = (count: number) => eventually(`${count} are saved`, () => saved.length === count);
  return { checkpoints, test, saved, hold, done };
}

import { expect } from 'chai';
import { bytesInTurns } from '../../../lib/runtime/bytes-in-turns.ts';

describe('A long text, put together in turns', () => {
  it('gives way to others after each millisecond of work', async () => {
    let nowMs = 0;
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns++;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    /** Each takes 0.4 ms, and tells how many turns of the event loop there were before it. */
    function* pieces(): Generator<string> {
      for (let piece = 0; piece < 9; piece++) {
        nowMs += 0.4;
        yield ` ${turns}`;
      }
    }
    const bytes = await bytesInTurns(pieces(), () => nowMs);
    isOver = true;
    const seen = bytes.toString().trim().split(' ').map(Number);
    const slices = [seen.slice(0, 3), seen.slice(3, 6), seen.slice(6)];
    for (const slice of slices) expect(new Set(slice).size, 'no turn within a slice').to.equal(1);
    expect(slices[1]?.[0]).to.be.greaterThan(slices[0]?.[0] ?? 0);
    expect(slices[2]?.[0]).to.be.greaterThan(slices[1]?.[0] ?? 0);
  });

  it('is whole, in any language', async () => {
    const pieces = ['{"a":', '"ö', '\u{1F600}', '"}'];
    expect((await bytesInTurns(pieces)).toString()).to.equal(pieces.join(''));
    expect((await bytesInTurns([])).length).to.equal(0);
  });

  it('fails with what one of the pieces fails with', async () => {
    function* pieces(): Generator<string> {
      yield 'a';
      throw new Error('no more');
    }
    const failed = await bytesInTurns(pieces()).catch((error: unknown) => error);
    expect(failed).to.have.property('message', 'no more');
  });
});

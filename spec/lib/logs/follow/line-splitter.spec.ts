import { expect } from 'chai';
import * as fc from 'fast-check';
import { LineSplitter } from '../../../../lib/logs/follow/line-splitter.ts';

const MAX_LINE_BYTES = 40;

/** Cuts `bytes` at the given places and writes the pieces to a splitter, in one reused buffer. */
async function split(bytes: Buffer, cuts: readonly number[]) {
  const found: string[] = [];
  const splitter = new LineSplitter({
    maxLineBytes: MAX_LINE_BYTES,
    onLine: (line) => found.push(line),
    onOverlong: (head) => found.push(`too long: ${head}`),
  });
  const places = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort(
    (a, b) => a - b,
  );
  const reused = Buffer.alloc(bytes.length);
  let from = 0;
  for (const to of places) {
    reused.fill(0);
    const size = bytes.copy(reused, 0, from, to);
    await splitter.write(reused.subarray(0, size));
    from = to;
  }
  const { pendingBytes } = splitter;
  await splitter.end();
  splitter.close();
  return { found, pendingBytes };
}

const ascii = fc.string({ unit: fc.constantFrom('a', 'b', '{', ' '), maxLength: 100 });

describe('the line splitter', () => {
  it('finds the same lines wherever the bytes are cut, and only the head of long lines', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(ascii, { maxLength: 8 }),
        ascii,
        fc.array(fc.nat(900), { maxLength: 12 }),
        async (lines, rest, cuts) => {
          const shown = (line: string): string =>
            line.length > MAX_LINE_BYTES ? `too long: ${line}` : line;
          const expected = lines.map(shown);
          if (rest !== '') expected.push(shown(rest));
          const text = lines.map((line) => `${line}\n`).join('') + rest;
          const { found, pendingBytes } = await split(Buffer.from(text), cuts);
          expect(found).to.deep.equal(expected);
          expect(pendingBytes).to.equal(rest.length > MAX_LINE_BYTES ? 0 : rest.length);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('keeps characters whole that are cut in two', async () => {
    const text = 'æøå 😀 ok\n';
    for (let cut = 0; cut <= Buffer.byteLength(text); cut += 1) {
      const { found } = await split(Buffer.from(text), [cut]);
      expect(found).to.deep.equal(['æøå 😀 ok']);
    }
  });

  it('continues with the next line after skipped bytes', async () => {
    const found: string[] = [];
    const splitter = new LineSplitter({
      maxLineBytes: MAX_LINE_BYTES,
      onLine: (line) => found.push(line),
      onOverlong: () => found.push('too long'),
    });
    await splitter.write(Buffer.from('one\nbegun'));
    splitter.discard(true);
    await splitter.write(Buffer.from('the end of an'));
    await splitter.write(Buffer.from('other\ntwo\n'));
    splitter.close();
    expect(found).to.deep.equal(['one', 'two']);
  });
});

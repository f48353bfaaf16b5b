import { expect } from 'chai';
import * as fc from 'fast-check';
import { Lines } from '../../../../../lib/fleet/engine/etcd/lines.ts';

const MIB = 1024 ** 2;
const LONG = 16 * MIB;
const PIECE = 'x'.repeat(1024);
/** Searching the unfinished line anew at every piece takes minutes. */
const PROCESSOR_MAX_MS = 10_000;

describe('What etcd sends on a watch', () => {
  it('is cut into the same lines, however it comes in pieces', () => {
    const text = fc.stringMatching(/^[a-c\n]{0,8}$/);
    fc.assert(
      fc.property(fc.array(text, { maxLength: 12 }), (pieces) => {
        const lines = new Lines(LONG);
        const taken = pieces.flatMap((piece) => lines.take(piece) ?? ['too long']);
        expect(taken).to.deep.equal(pieces.join('').split('\n').slice(0, -1));
      }),
    );
  });

  it('has no line that is too long, complete or not', () => {
    expect(new Lines(3).take('abc\nabc')).to.deep.equal(['abc']);
    expect(new Lines(3).take('abcd\n')).to.equal(null);
    const lines = new Lines(3);
    expect(lines.take('ab')).to.deep.equal([]);
    expect(lines.take('cd')).to.equal(null);
  });

  it('takes time in proportion to its length', function () {
    this.timeout(60_000);
    const lines = new Lines(LONG);
    const before = process.cpuUsage();
    for (let sent = 0; sent < LONG; sent += PIECE.length) lines.take(PIECE);
    const [line] = lines.take('\n') ?? [];
    const { user, system } = process.cpuUsage(before);
    expect(line).to.have.length(LONG);
    expect((user + system) / 1000).to.be.below(PROCESSOR_MAX_MS);
  });
});

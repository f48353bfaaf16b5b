import { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect } from 'chai';
import { coalesceWrites, flushWrites } from '../../../../lib/proxy/io/write-coalescing.ts';

/** A stream that records what reaches the system, in order. */
function recorded(log: string[], name: string): Writable {
  const stream = new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      log.push(`${name}${String(chunk)}`);
      done();
    },
    writev(chunks, done) {
      log.push(`${name}${chunks.map(({ chunk }) => String(chunk)).join('+')}`);
      done();
    },
  });
  coalesceWrites(stream);
  return stream;
}

describe('write coalescing', () => {
  it('makes the writes of one turn together at its end, in order', async () => {
    const log: string[] = [];
    const [a, b] = [recorded(log, 'a'), recorded(log, 'b')];
    a.write('1');
    b.write('1');
    a.write('2');
    a.write('3');
    expect(log).to.deep.equal([]);
    await nextTurn();
    await nextTurn();
    expect(log).to.deep.equal(['a1', 'a2+3', 'b1']);
  });

  it('does not delay a large piece', () => {
    const log: string[] = [];
    recorded(log, 'a').write('x'.repeat(16_385));
    expect(log).to.have.length(1);
  });

  it('does not wait for the end of the turn once sixteen writes are pending', () => {
    const log: string[] = [];
    for (let index = 0; index < 17; index++) recorded(log, `${index}`).write('x');
    expect(log).to.have.length(16);
    flushWrites();
    expect(log).to.have.length(17);
  });

  it('ends a stream only after its pending writes', async () => {
    const log: string[] = [];
    const stream = recorded(log, 'a');
    stream.write('1');
    stream.end('2');
    await new Promise((resolve) => stream.once('finish', resolve));
    expect(log).to.deep.equal(['a1', 'a2']);
  });

  it('applies backpressure while more is pending than the stream accepts', () => {
    const stream = recorded([], 'a');
    expect(stream.write('x'.repeat(16_384))).to.equal(false);
    flushWrites();
  });

  it('loses the pending writes of a destroyed stream and no others', async () => {
    const log: string[] = [];
    const [a, b] = [recorded(log, 'a'), recorded(log, 'b')];
    a.write('1');
    a.destroy();
    b.write('1');
    await nextTurn();
    expect(log).to.include('b1');
  });
});

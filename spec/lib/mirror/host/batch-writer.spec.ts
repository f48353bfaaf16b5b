import { expect } from 'chai';
import { BatchWriter } from '../../../../lib/mirror/host/batch-writer.ts';
import { BufferPool } from '../../../../lib/mirror/host/buffer-pool.ts';
import { giveBack, isWithWorker } from '../../../../lib/mirror/wire/batch.ts';
import { recordBuffer, recordBytes } from '../../../../lib/mirror/wire/codec.ts';
import { FakeTimers } from '../../../support/fake-timers.ts';
import { exchangeOf } from '../../../support/mirror-kit.ts';

function batchWriterOf(
  batchBytes: number,
  queueBytes: number,
  sent: SharedArrayBuffer[],
): BatchWriter {
  return new BatchWriter(new BufferPool(batchBytes).take(), queueBytes, (batch) =>
    sent.push(batch),
  );
}

describe('The batch writer', () => {
  let timers: FakeTimers;

  beforeEach(() => {
    timers = new FakeTimers();
  });

  afterEach(() => timers.restore());

  it('drops nothing while the worker starts, as long as the last batch has room', () => {
    const sent: SharedArrayBuffer[] = [];
    const writer = batchWriterOf(64 * 1024, 1024 * 1024, sent);
    const results: unknown[] = [];
    for (let count = 0; count < 20; count++) {
      results.push(writer.add(exchangeOf()));
      // Longer than a batch waits: each would take a batch of its own if the worker gave them back.
      timers.tick(5);
    }
    expect(results.filter((result) => result !== null)).to.deep.equal([]);
    expect(sent).to.have.length(3);
    giveBack(recordBuffer(sent[0] as SharedArrayBuffer));
    timers.tick(5);
    expect(sent, 'the kept batch is sent').to.have.length(4);
    writer.close();
  });

  it('takes no more than all batches hold until the worker has read one', () => {
    const sent: SharedArrayBuffer[] = [];
    const one = recordBytes(exchangeOf());
    const writer = batchWriterOf(one, one, sent);
    const add = (): unknown => writer.add(exchangeOf());
    expect([add(), add(), add(), add(), add()]).to.deep.equal([
      null,
      null,
      null,
      null,
      'queue-full',
    ]);
    expect(writer.isFull()).to.equal(true);
    giveBack(recordBuffer(sent[2] as SharedArrayBuffer));
    expect(writer.isFull()).to.equal(false);
    expect(add()).to.equal(null);
    writer.close();
  });

  it('sends an exchange larger than a batch alone, bounded in bytes until it has been read', () => {
    const sent: SharedArrayBuffer[] = [];
    const large = exchangeOf({ responseBody: Buffer.alloc(4000) });
    const writer = batchWriterOf(2000, 5000, sent);
    expect(writer.add(large)).to.equal(null);
    expect(writer.add(large)).to.equal('queue-full');
    giveBack(recordBuffer(sent[0] as SharedArrayBuffer));
    expect(writer.add(large)).to.equal(null);
    expect(writer.add(exchangeOf({ responseBody: Buffer.alloc(6000) }))).to.equal('too-large');
    writer.close();
  });

  it('uses the batches of the previous worker, whatever that one still had', () => {
    const store = new BufferPool(1000);
    const batches = store.take();
    const writer = new BatchWriter(batches, 1000, () => {});
    writer.add(exchangeOf());
    writer.flush();
    expect(store.take(), 'while they are in use').to.not.equal(batches);
    store.putBack(batches);
    const next = store.take();
    expect(next).to.equal(batches);
    expect(next.some(isWithWorker)).to.equal(false);
  });
});

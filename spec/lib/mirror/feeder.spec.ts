import { setTimeout as after } from 'node:timers/promises';
import { expect } from 'chai';
import { giveBack } from '../../../lib/mirror/batch.ts';
import { recordBuffer, recordBytes } from '../../../lib/mirror/exchange-codec.ts';
import { Feeder } from '../../../lib/mirror/feeder.ts';
import { until } from '../../support/actor-world.ts';
import { exchangeOf } from '../../support/far-side-kit.ts';

describe('what feeds the comparing thread', () => {
  it('drops nothing while the thread starts, as long as the last buffer has room', async () => {
    const sent: SharedArrayBuffer[] = [];
    const settings = { batchBytes: 64 * 1024, queueBytes: 1024 * 1024 };
    const feeder = new Feeder(settings, (buffer) => sent.push(buffer));
    const answers: unknown[] = [];
    for (let count = 0; count < 20; count++) {
      answers.push(feeder.add(exchangeOf()));
      // Longer than a batch waits: each would take a buffer of its own if the thread gave them back.
      await after(5);
    }
    expect(answers.filter((answer) => answer !== null)).to.deep.equal([]);
    expect(sent).to.have.length(3);
    giveBack(recordBuffer(sent[0] as SharedArrayBuffer));
    await until('what is overdue goes', () => sent.length === 4);
    feeder.close();
  });

  it('takes no more than all batches hold until the thread has read one', () => {
    const sent: SharedArrayBuffer[] = [];
    const one = recordBytes(exchangeOf());
    const feeder = new Feeder({ batchBytes: one, queueBytes: one }, (batch) => sent.push(batch));
    const add = (): unknown => feeder.add(exchangeOf());
    expect([add(), add(), add(), add(), add()]).to.deep.equal([
      null,
      null,
      null,
      null,
      'queue-full',
    ]);
    expect(feeder.isFull()).to.equal(true);
    giveBack(recordBuffer(sent[2] as SharedArrayBuffer));
    expect(feeder.isFull()).to.equal(false);
    expect(add()).to.equal(null);
    feeder.close();
  });

  it('sends what is larger than a batch alone, bounded in bytes until it has been read', () => {
    const sent: SharedArrayBuffer[] = [];
    const large = exchangeOf({ responseBody: Buffer.alloc(4000) });
    const settings = { batchBytes: 2000, queueBytes: 5000 };
    const feeder = new Feeder(settings, (batch) => sent.push(batch));
    expect(feeder.add(large)).to.equal(null);
    expect(feeder.add(large)).to.equal('queue-full');
    giveBack(recordBuffer(sent[0] as SharedArrayBuffer));
    expect(feeder.add(large)).to.equal(null);
    expect(feeder.add(exchangeOf({ responseBody: Buffer.alloc(6000) }))).to.equal('too-large');
    feeder.close();
  });
});

import { setTimeout as after } from 'node:timers/promises';
import { expect } from 'chai';
import { Feeder } from '../../../lib/mirror/feeder.ts';
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
    feeder.giveBack(sent[0] as SharedArrayBuffer);
    expect(sent, 'what is overdue goes as soon as a buffer is back').to.have.length(4);
    feeder.close();
  });
});

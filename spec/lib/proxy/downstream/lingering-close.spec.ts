import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { closeLingering } from '../../../../lib/proxy/downstream/connection.ts';
import { withConnection } from '../../../support/connection-pair.ts';

/** More than the system keeps on its way. */
const ANSWER_BYTES = 24_000_000;
/** Longer than a client that has been told the end may stay. */
const STALL_MS = 1300;

describe('gentle close', () => {
  it('lets a slow client have the whole answer', () =>
    withConnection(async (ours, client) => {
      ours.write(Buffer.alloc(ANSWER_BYTES));
      closeLingering(ours, 10_000);
      await sleep(STALL_MS);
      let bytes = 0;
      client.on('data', (chunk) => (bytes += chunk.length));
      await once(client, 'close');
      expect(bytes).to.equal(ANSWER_BYTES);
    }));

  it('gives up a client that takes nothing for the idle time', () =>
    withConnection(async (ours) => {
      ours.write(Buffer.alloc(ANSWER_BYTES));
      closeLingering(ours, 50);
      await once(ours, 'close');
      expect(ours.writableFinished).to.equal(false);
    }));

  it('gives up a client that has the answer and does not go', () =>
    withConnection(async (ours, client) => {
      client.allowHalfOpen = true;
      client.resume();
      ours.write('answer');
      closeLingering(ours, 10_000);
      await once(ours, 'close');
      expect(ours.readableEnded).to.equal(false);
    }));
});

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { closeLingering } from '../../../../lib/proxy/downstream/connection.ts';
import { withConnection } from '../../../support/connection-pair.ts';

/** More than the system buffers. */
const RESPONSE_BYTES = 24_000_000;
/** Longer than a client may stay after the end of the response. */
const STALL_MS = 1300;

describe('lingering close', () => {
  it('lets a slow client read the whole response', () =>
    withConnection(async (ours, client) => {
      ours.write(Buffer.alloc(RESPONSE_BYTES));
      closeLingering(ours, 10_000);
      await sleep(STALL_MS);
      let bytes = 0;
      client.on('data', (chunk) => (bytes += chunk.length));
      await once(client, 'close');
      expect(bytes).to.equal(RESPONSE_BYTES);
    }));

  it('disconnects a client that reads nothing for the idle time', () =>
    withConnection(async (ours) => {
      ours.write(Buffer.alloc(RESPONSE_BYTES));
      closeLingering(ours, 50);
      await once(ours, 'close');
      expect(ours.writableFinished).to.equal(false);
    }));

  it('disconnects a client that has the response and stays', () =>
    withConnection(async (ours, client) => {
      client.allowHalfOpen = true;
      client.resume();
      ours.write('response');
      closeLingering(ours, 10_000);
      await once(ours, 'close');
      expect(ours.readableEnded).to.equal(false);
    }));
});

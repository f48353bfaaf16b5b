import { expect } from 'chai';
import type { NotifierMessage } from '../../actors/messages.ts';
import { notifierActor } from '../../actors/notifier-actor.ts';
import { ActorSystem } from '../../lib/actor/index.ts';
import { openJournal } from '../../lib/journal/journal.ts';
import type { Channel } from '../../lib/notify/announcement.ts';
import { DEFAULT_SETTINGS } from '../support/default-settings.ts';

const STARTED: NotifierMessage = {
  type: 'notify',
  event: 'started',
  version: 'shop-1',
  reasons: [],
  by: 'vili',
  running: 'shop-1',
};

async function withNotifier(
  channel: Channel,
  use: (tell: (message: NotifierMessage) => boolean) => Promise<void>,
): Promise<void> {
  const fatal: unknown[] = [];
  const system = new ActorSystem({
    trace: DEFAULT_SETTINGS.trace,
    onFatal: (error) => fatal.push(error),
  });
  const journal = openJournal({ dir: '', level: 'CRIT', now: Date.now });
  const notifier = await system.spawn<NotifierMessage>({
    name: 'notifier',
    behaviour: () =>
      notifierActor({
        channels: [channel],
        announce: ({ version }) => ({ text: version, urgent: false }),
        waitingMax: 2,
        retryMs: 5,
        journal,
      }),
  });
  try {
    await use((message) => notifier.tell(message));
  } finally {
    await system.stop(1000);
    await journal.close();
  }
  expect(fatal).to.deep.equal([]);
}

/** A receiver that is down `failures` times; resolves `told` after so many messages. */
function receiver(failures: number, expected: number) {
  const texts: string[] = [];
  const { promise: told, resolve } = newPromise();
  let left = failures;
  const channel: Channel = {
    send: ({ text }) => {
      if (left-- > 0) return Promise.reject(new Error('down'));
      texts.push(text);
      if (texts.length === expected) resolve();
      return Promise.resolve();
    },
  };
  return { channel, texts, told };
}

function newPromise(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

describe('notifier', () => {
  it('tries a receiver that is down again, and keeps the order', async () => {
    const { channel, texts, told } = receiver(2, 2);
    await withNotifier(channel, async (tell) => {
      tell(STARTED);
      tell({ ...STARTED, version: 'shop-2' });
      await told;
    });
    expect(texts).to.deep.equal(['shop-1', 'shop-2']);
  });

  it('gives one message up after three attempts and goes on with the next', async () => {
    const { channel, texts, told } = receiver(3, 1);
    await withNotifier(channel, async (tell) => {
      tell(STARTED);
      tell({ ...STARTED, version: 'shop-2' });
      await told;
    });
    expect(texts).to.deep.equal(['shop-2']);
  });

  it('drops what exceeds its queue instead of growing', async () => {
    const { promise, resolve } = newPromise();
    const texts: string[] = [];
    const { promise: last, resolve: seenLast } = newPromise();
    const channel: Channel = {
      send: async ({ text }) => {
        texts.push(text);
        if (text === 'shop-3') seenLast();
        await promise;
      },
    };
    await withNotifier(channel, async (tell) => {
      for (let n = 1; n <= 9; n++) tell({ ...STARTED, version: `shop-${n}` });
      setImmediate(resolve);
      await last;
    });
    expect(texts).to.include.members(['shop-1', 'shop-2', 'shop-3']);
    expect(texts).not.to.include('shop-9');
  });
});

import { expect } from 'chai';
import type { NotifierMessage } from '../../actors/messages.ts';
import { type NotifierDeps, notifierActor } from '../../actors/notifier-actor.ts';
import type { Channel } from '../../lib/notify/announcement.ts';
import { announcement } from '../support/announcement.ts';
import { deferred, recordingJournal, type Stage, withActor } from '../support/actor-kit.ts';
import { eventually } from '../support/eventually.ts';

describe('The notifier', () => {
  it('tries a receiver that is down again, and keeps the order', async () => {
    const { deps, texts } = fixture(2);
    await withNotifier(deps, async ({ actor }) => {
      for (const version of ['shop-1', 'shop-2']) actor.tell(startedOf(version));
      await eventually('both are sent', () => texts.length === 2);
      expect(texts).to.deep.equal(['shop-1', 'shop-2']);
    });
  });

  it('gives a message up after five attempts and goes on with the next', async () => {
    const { deps, texts, journal } = fixture(5);
    await withNotifier(deps, async ({ actor }) => {
      for (const version of ['shop-1', 'shop-2']) actor.tell(startedOf(version));
      await eventually('the second is sent', () => texts.length === 1);
      expect(texts).to.deep.equal(['shop-2']);
      expect(journal.lines).to.deep.equal([
        'warn notification by first not sent after 5 attempts: down',
      ]);
    });
  });

  it('drops what exceeds its queue instead of growing', async () => {
    const { deps, journal } = fixture(0);
    const { promise, resolve } = deferred<void>();
    const texts: string[] = [];
    const channel: Channel = {
      name: 'first',
      send: async ({ text }) => {
        texts.push(text);
        await promise;
      },
    };
    await withNotifier({ ...deps, channels: () => [channel] }, async ({ actor }) => {
      for (let n = 1; n <= 9; n++) actor.tell(startedOf(`shop-${n}`));
      await eventually('six are dropped', () => journal.lines.length === 6);
      resolve();
      await eventually('the rest is sent', () => texts.length === 3);
      expect(texts).to.deep.equal(['shop-1', 'shop-2', 'shop-3']);
      expect(journal.lines[0]).to.equal('warn notification by first dropped, 2 are waiting');
    });
  });

  it('sends nothing that nobody needs to know, and nothing without a channel', async () => {
    const { deps, texts } = fixture(0);
    let announced = 0;
    const announce: NotifierDeps['announce'] = ({ version }) => {
      announced += 1;
      return version === 'shop-1' ? null : announcement({ text: version });
    };
    await withNotifier({ ...deps, announce }, async ({ actor }) => {
      for (const version of ['shop-1', 'shop-2']) actor.tell(startedOf(version));
      await eventually('the second is sent', () => texts.length === 1);
      expect([texts, announced]).to.deep.equal([['shop-2'], 2]);
    });
    await withNotifier({ ...deps, announce, channels: () => [] }, async ({ actor, system }) => {
      actor.tell(startedOf('shop-2'));
      await eventually('it is handled', () => system.tree()[0]?.mailbox === 0);
      expect(announced).to.equal(2);
    });
  });

  it('sends each message once on every channel, also while another one is down', async () => {
    const { deps, texts, journal } = fixture(5);
    const other: string[] = [];
    const second: Channel = {
      name: 'second',
      send: ({ text }) => Promise.resolve(void other.push(text)),
    };
    const channels = () => [...deps.channels(), second];
    await withNotifier({ ...deps, channels }, async ({ actor }) => {
      for (const version of ['shop-1', 'shop-2']) actor.tell(startedOf(version));
      await eventually('the first has one of them', () => texts.length === 1);
      expect(other).to.deep.equal(['shop-1', 'shop-2']);
      expect(texts).to.deep.equal(['shop-2']);
      expect(journal.lines).to.have.length(1);
    });
  });

  it('sends nothing more on a channel that is no longer set', async () => {
    const { deps } = fixture(0);
    const { promise, resolve } = deferred<void>();
    const [first, second]: [string[], string[]] = [[], []];
    let channels: readonly Channel[] = [
      {
        name: 'first',
        send: async ({ text }) => {
          first.push(text);
          await promise;
        },
      },
    ];
    await withNotifier({ ...deps, channels: () => channels }, async ({ actor }) => {
      for (const version of ['shop-1', 'shop-2']) actor.tell(startedOf(version));
      await eventually('the first is being sent', () => first.length === 1);
      channels = [{ name: 'second', send: ({ text }) => Promise.resolve(void second.push(text)) }];
      actor.tell(startedOf('shop-3'));
      await eventually('the other has the next', () => second.length === 1);
      resolve();
      actor.tell(startedOf('shop-4'));
      await eventually('it has the one after it', () => second.length === 2);
      expect([first, second]).to.deep.equal([['shop-1'], ['shop-3', 'shop-4']]);
    });
  });

  it('forgets after a restart what was waiting, and sends what comes then', async () => {
    const { deps } = fixture(0);
    const texts: string[] = [];
    const signals: AbortSignal[] = [];
    const channel: Channel = {
      name: 'first',
      send: ({ text }, signal) => {
        texts.push(text);
        signals.push(signal);
        return text === 'shop-1' ? new Promise(() => {}) : Promise.resolve();
      },
    };
    await withNotifier({ ...deps, channels: () => [channel] }, async ({ actor, crash }) => {
      for (const version of ['shop-1', 'shop-2']) actor.tell(startedOf(version));
      await eventually('the first is being sent', () => texts.length === 1);
      await crash();
      expect(signals[0]?.aborted).to.equal(true);
      actor.tell(startedOf('shop-3'));
      await eventually('the third is sent', () => texts.includes('shop-3'));
    });
  });
});

// Private

/** A channel that is down for the first `failures` attempts. */
function fixture(failures: number) {
  const journal = recordingJournal();
  const texts: string[] = [];
  let left = failures;
  const channel: Channel = {
    name: 'first',
    send: ({ text }) => {
      if (left-- > 0) return Promise.reject(new Error('down'));
      texts.push(text);
      return Promise.resolve();
    },
  };
  const deps: NotifierDeps = {
    channels: () => [channel],
    announce: ({ version }) => announcement({ text: version }),
    waitingMax: 2,
    retryMs: 1,
    random: Math.random,
    journal,
  };
  return { deps, journal, texts };
}

function withNotifier(
  deps: NotifierDeps,
  use: (stage: Stage<NotifierMessage>) => Promise<void>,
): Promise<void> {
  return withActor(() => notifierActor(deps), use);
}

function startedOf(version: string): NotifierMessage {
  const rest = { reasons: [], by: 'vili', running: 'shop-1' };
  return { type: 'notify', event: 'started', version, ...rest };
}

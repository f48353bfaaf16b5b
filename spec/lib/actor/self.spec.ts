import { expect } from 'chai';
import type { Self } from '../../../lib/actor/index.ts';
import { gate, PROMPT, type World, withWorld } from '../../support/actor-world.ts';
import { eventually } from '../../support/eventually.ts';
import { neverStarts, type Order, type Script, scripted } from '../../support/scripted-actor.ts';

describe('an actor', () => {
  it('gets its timers as messages, and none after the incarnation that set them', async () => {
    const log: string[] = [];
    await withPrompt(async ({ system }) => {
      const script: Script = {
        start: (self) => {
          self.after(1, { type: `once ${self.incarnation}` });
          self.every(1, { type: `again ${self.incarnation}` });
          self.after(60_000, { type: 'never' });
          self.after(1, { type: 'cancelled' })();
        },
      };
      const address = await system.spawn(scripted('a', log, script));
      await eventually('three ticks', () => ticks(log, 1) >= 3);
      address.tell({ type: 'x', fail: true });
      await eventually('ticks of the next', () => ticks(log, 2) >= 3);
      const later = log.slice(log.lastIndexOf('start a'));
      expect(later.filter((line) => line.endsWith(' 1'))).to.deep.equal([]);
      expect(log.filter((line) => line === 'a once 1')).to.have.length(1);
      expect(log).to.not.include('a cancelled');
    });
  });

  it('is not flooded by a timer while it is busy', async () => {
    const hold = gate();
    await withPrompt(async ({ system }) => {
      const script: Script = {
        start: (self) => self.every(1, { type: 'tick' }),
        handle: async () => await hold.opened,
      };
      await system.spawn(scripted('a', [], script));
      await eventually('it is busy', () => system.tree()[0]?.inHand !== null);
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(system.tree()[0]?.mailbox).to.be.at.most(1);
      hold.open();
    });
  });

  it('refuses a timer without a proper delay', async () => {
    await withPrompt(async ({ system, events }) => {
      const script: Script = {
        handle: (_message, self) => self.after(Number.NaN, { type: 'never' }),
      };
      const address = await system.spawn(scripted('a', [], script));
      address.tell({ type: 'x' });
      await eventually('the crash', () => events.length > 0);
      expect(events[0]).to.have.nested.property('error.code', 'VILI_TIMER');
    });
  });

  it('gets the outcome of piped work under the same correlation id, good or bad', async () => {
    const log: string[] = [];
    await withPrompt(async ({ system }) => {
      const script: Script = {
        handle: ({ type }, self) => {
          if (type !== 'go') return;
          self.pipe(Promise.resolve(1), outcome('good'), outcome('bad'));
          self.pipe(Promise.reject(new Error('no')), outcome('good'), outcome('bad'));
        },
      };
      const address = await system.spawn(scripted('a', log, script));
      const start = async (self: Self<Order>): Promise<void> => {
        self.send(address, { type: 'go' }, { correlation: 'version-1' });
        await Promise.resolve();
      };
      await system.spawn(scripted('b', [], { start }));
      await eventually('both', () => log.length === 4);
      expect(log.slice(2).toSorted()).to.deep.equal(['a bad', 'a good']);
      const types = system.trace.read({ correlation: 'version-1' }).map((record) => record.type);
      expect(types.toSorted()).to.deep.equal(['bad', 'go', 'good']);
    });
  });

  it('never gets the outcome of work that an earlier incarnation piped', async () => {
    const log: string[] = [];
    const hold = gate();
    await withPrompt(async ({ system, events }) => {
      const script: Script = {
        handle: ({ type }, self) => {
          if (type === 'go') self.pipe(hold.opened, outcome('back'), outcome('back'));
        },
      };
      const address = await system.spawn(scripted('a', log, script));
      address.tell({ type: 'go' });
      address.tell({ type: 'x', fail: true });
      await eventually('the restart', () => system.tree()[0]?.restarts === 1);
      hold.open();
      await eventually('the burial', () => system.deadLetters().total === 1);
      expect(log).to.not.include('a back');
      expect(events.at(-1)).to.include({
        type: 'dead-letter',
        reason: 'stale',
        messageType: 'back',
      });
    });
  });

  it('has a signal that is aborted after its stop, and a new one with every incarnation', async () => {
    const signals: AbortSignal[] = [];
    const seen: string[] = [];
    await withPrompt(async ({ system }) => {
      const script: Script = {
        start: (self) => signals.push(self.signal),
        stop: (self) => seen.push(String(self.signal.aborted)),
      };
      const address = await system.spawn(scripted('a', [], script));
      address.tell({ type: 'x', fail: true });
      await eventually('the restart', () => system.tree()[0]?.restarts === 1);
      expect(signals.map((signal) => signal.aborted)).to.deep.equal([true, false]);
    });
    expect(signals.map((signal) => signal.aborted)).to.deep.equal([true, true]);
    expect(seen).to.deep.equal(['false', 'false']);
  });

  it('knows its children in start order and stops one with all below it', async () => {
    const log: string[] = [];
    await withPrompt(async ({ system }) => {
      const start = async (self: Self<Order>): Promise<void> => {
        const grandchild = async (child: Self<Order>): Promise<unknown> =>
          await child.spawn(scripted('grandchild', log));
        await self.spawn(scripted('one', log, { start: grandchild }));
        await self.spawn(scripted('two', log));
        const paths = self.children().map((child) => child.path);
        expect(paths).to.deep.equal(['/vili/a/one', '/vili/a/two']);
        await self.stopChild('one');
        expect(self.child('one')).to.equal(undefined);
        expect(self.child('two')?.path).to.equal('/vili/a/two');
      };
      await system.spawn(scripted('a', log, { start }));
      expect(log.slice(-2)).to.deep.equal(['stop grandchild', 'stop one']);
      expect(system.tree().map((node) => node.path)).to.deep.equal(['/vili/a', '/vili/a/two']);
    });
  });

  it('ends while its handler waits for a child that never starts', async () => {
    const log: string[] = [];
    await withPrompt(async ({ system, typesOf }) => {
      const handle = async (_message: Order, self: Self<Order>): Promise<void> => {
        await self.spawn(
          scripted('child', log, { start: neverStarts, restarts: { max: Infinity } }),
        );
      };
      const address = await system.spawn(scripted('a', log, { handle }));
      address.tell({ type: 'go' });
      await eventually('the backoff of the child', () => system.tree()[1]?.status === 'backoff');
      await system.stop(1000);
      expect(log.at(-1)).to.equal('stop a');
      expect(typesOf('/vili/a')).to.not.include('abandoned');
    });
  });

  for (const name of ['', 'a/b', 'line\nbreak', 'x'.repeat(256)]) {
    it(`is refused the name ${JSON.stringify(name.slice(0, 12))}`, async () => {
      await withPrompt(async ({ system }) => {
        let failed: unknown;
        await system.spawn(scripted(name, [])).catch((error: unknown) => {
          failed = error;
        });
        expect(failed).to.include({ code: 'VILI_ACTOR_NAME' });
      });
    });
  }
});

// Private

async function withPrompt(use: (world: World) => Promise<void>): Promise<void> {
  await withWorld(use, { supervision: { backoff: PROMPT } });
}

function outcome(type: string): () => Order {
  return () => ({ type });
}

function ticks(log: readonly string[], incarnation: number): number {
  return log.filter((line) => line === `a again ${incarnation}`).length;
}

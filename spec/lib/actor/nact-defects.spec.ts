import { expect } from 'chai';
import {
  ActorStopped,
  type Address,
  actorSpec,
  type ChildSpec,
  type Self,
} from '../../../lib/actor/index.ts';
import { gate, PROMPT, type World, withWorld } from '../../support/actor-world.ts';
import { eventually } from '../../support/eventually.ts';

type Order = { readonly type: 'fail' | 'work' | 'stop' | 'adopt' };

const failing = (what: string): never => {
  throw new Error(what);
};

/** Each spec is named after the guarantee; the number is that of the nact 7.6.2 defect it rules out. */
describe('what the actor layer guarantees where nact does not', () => {
  it('survives an error in its own crash handling: a listener that throws (1)', async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error): number => warnings.push(warning);
    process.on('warning', listen);
    try {
      await withWorld(
        async ({ system }) => {
          const address = await system.spawn(plain('a'));
          address.tell({ type: 'fail' });
          await eventually('the restart', () => system.tree()[0]?.restarts === 1);
          await eventually('the warning', () => warnings.length > 0);
        },
        { onEvent: () => failing('the listener'), supervision: { backoff: PROMPT } },
      );
    } finally {
      process.off('warning', listen);
    }
    expect(warnings[0]?.message).to.contain('the listener');
  });

  it('reports an error thrown by stop and goes on (2)', async () => {
    await withPromptWorld(async ({ system, events, typesOf }) => {
      const spec = plain('a', { stop: () => failing('cannot stop') });
      const address = await system.spawn(spec);
      address.tell({ type: 'fail' });
      await eventually('the restart', () => typesOf('/vili/a').includes('restarted'));
      expect(typesOf('/vili/a')).to.deep.equal(['crashed', 'backoff', 'stop-failed', 'restarted']);
      await system.stop(1000);
      expect(events.at(-1)?.type).to.equal('stop-failed');
    });
  });

  it('drops the error of a handler that fails after its actor was given up (3)', async () => {
    await withPromptWorld(async ({ system, fatal, typesOf }) => {
      const hold = gate();
      const handle = async (): Promise<void> => {
        await hold.opened;
        failing('too late');
      };
      const address = await system.spawn(plain('a', { handle, stopTimeoutMs: 5 }));
      address.tell({ type: 'work' });
      await eventually('the message in hand', () => system.tree()[0]?.inHand !== null);
      await system.stop(1000);
      hold.open();
      await eventually('the late error', () => typesOf('/vili/a').includes('late'));
      expect(typesOf('/vili/a')).to.deep.equal(['abandoned', 'late']);
      expect(fatal).to.deep.equal([]);
    });
  });

  it('does nothing when a child that is gone is stopped (4)', async () => {
    await withPromptWorld(async ({ system, typesOf }) => {
      const handle = async (self: Self<Order>): Promise<void> => {
        await self.spawn(plain('child'));
        await self.stopChild('child');
        await self.stopChild('child');
        await self.stopChild('never there');
      };
      const address = await system.spawn(plain('a', { handle }));
      address.tell({ type: 'work' });
      await eventually('the end of it', () => system.trace.read({ actor: '/vili/a' }).length === 1);
      expect(typesOf('/vili/a')).to.deep.equal([]);
    });
  });

  it('pauses between starts that fail, and lets timers fire meanwhile (5)', async () => {
    await withPromptWorld(async ({ system }) => {
      let starts = 0;
      const spec = plain('a', {
        start: () => {
          starts += 1;
          failing('never starts');
        },
      });
      const spawned = system.spawn({ ...spec, restarts: { max: Infinity, backoff: PROMPT } });
      const outcome = spawned.then(
        () => 'started',
        (error: unknown) => error,
      );
      await new Promise((resolve) => setTimeout(resolve, 40));
      expect(starts).to.be.within(2, 100);
      await system.stop(1000);
      expect(await outcome).to.be.instanceOf(ActorStopped);
      const after = starts;
      await new Promise((resolve) => setTimeout(resolve, 10));
      expect(starts).to.equal(after);
    });
  });

  it('stops the children with their parent, and all of them with the system (6)', async () => {
    await withPromptWorld(async ({ system }) => {
      const ended: string[] = [];
      const child = plain('child', { stop: (self) => ended.push(self.path) });
      const parent = plain('parent', {
        start: async (self) => await self.spawn(child),
        stop: (self) => ended.push(self.path),
      });
      await system.spawn(parent);
      await system.spawn({ ...parent, name: 'other' });
      const orphan = system.find('/vili/parent/child');
      await system.stop(1000);
      expect(ended).to.deep.equal([
        '/vili/other/child',
        '/vili/other',
        '/vili/parent/child',
        '/vili/parent',
      ]);
      expect(orphan?.tell({ type: 'work' })).to.equal(false);
    });
  });

  it('never handles a message of a busy parent while a child escalates to it (7)', async () => {
    await withPromptWorld(async ({ system }) => {
      const overlaps = overlapCounter();
      const parent = plain('parent', {
        start: async (self) => await self.spawn(plain('child')),
        supervision: { max: 0 },
        handle: overlaps.handle,
      });
      const address = await system.spawn(parent);
      for (let n = 0; n < 20; n += 1) {
        address.tell({ type: 'work' });
        if (n % 5 === 0) system.crash('/vili/parent/child');
        await new Promise((resolve) => setImmediate(resolve));
      }
      await eventually('20 messages', () => overlaps.handled() === 20);
      expect(overlaps.most()).to.equal(1);
      expect(system.tree()[0]?.restarts).to.be.greaterThan(0);
    });
  });

  it('restarts a busy sibling only after its handler, whose state the new start does not see (8)', async () => {
    const hold = gate();
    const lives: string[] = [];
    const busy = actorSpec<Order, string>({
      name: 'busy',
      behaviour: () => ({
        start: (self) => {
          lives.push(`start ${self.incarnation}`);
          return `state ${self.incarnation}`;
        },
        handle: async (state, message) => {
          if (message.type === 'adopt') lives.push(state);
          else await hold.opened;
          return message.type === 'adopt' ? state : 'state of the old handler';
        },
        stop: (state) => void lives.push(`stop ${state}`),
      }),
    });
    await withWorld(
      async ({ system }) => {
        const failer = await system.spawn(plain('failer'));
        const address = await system.spawn(busy);
        address.tell({ type: 'work' });
        address.tell({ type: 'adopt' });
        await eventually('the message in hand', () => system.tree()[1]?.inHand !== null);
        failer.tell({ type: 'fail' });
        await eventually('the group ends', () => system.tree()[1]?.status === 'restarting');
        expect(lives).to.deep.equal(['start 1']);
        hold.open();
        await eventually('the next message', () => lives.length === 4);
        expect(lives.slice(1)).to.deep.equal([
          'stop state of the old handler',
          'start 2',
          'state 2',
        ]);
      },
      { supervision: { strategy: 'one_for_all', backoff: PROMPT } },
    );
  });

  it('goes on with the mailbox of a child whose failure reached its parent (9)', async () => {
    await withPromptWorld(async ({ system }) => {
      const overlaps = overlapCounter();
      const child = plain('child', { handle: overlaps.handle });
      const parent = plain('parent', { start: async (self) => await self.spawn(child) });
      await system.spawn(parent);
      const address = system.find('/vili/parent/child');
      address?.tell({ type: 'fail' });
      for (let n = 0; n < 5; n += 1) address?.tell({ type: 'work' });
      await eventually('five messages', () => overlaps.handled() === 5);
      expect(system.tree().map((node) => node.restarts)).to.deep.equal([0, 1]);
    });
  });

  it('goes on itself after a crash that ended its children (10)', async () => {
    await withPromptWorld(async ({ system }) => {
      const overlaps = overlapCounter();
      const parent = plain('parent', {
        start: async (self) => await self.spawn(plain('child')),
        handle: overlaps.handle,
      });
      const address = await system.spawn(parent);
      address.tell({ type: 'fail' });
      address.tell({ type: 'work' });
      await eventually('the next message', () => overlaps.handled() === 1);
      expect(system.tree().map((node) => [node.path, node.incarnation])).to.deep.equal([
        ['/vili/parent', 2],
        ['/vili/parent/child', 1],
      ]);
    });
  });

  it('starts a successor under the same name only when the old one has ended (11)', async () => {
    await withPromptWorld(async ({ system }) => {
      const seen: string[] = [];
      const one = (which: string): ChildSpec<Order> =>
        plain('one', {
          start: () => seen.push(`${which} start`),
          handle: async () => {
            seen.push(`${which} begin`);
            await new Promise((resolve) => setImmediate(resolve));
            seen.push(`${which} end`);
          },
          stop: () => seen.push(`${which} stop`),
        });
      let first: Address<Order> | undefined;
      const parent = plain('parent', {
        start: async (self) => {
          first = await self.spawn(one('old'));
        },
        handle: async (self) => {
          const stopping = self.stopChild('one');
          const second = await self.spawn(one('new'));
          await stopping;
          expect(first?.tell({ type: 'work' }), 'the old address').to.equal(false);
          second.tell({ type: 'work' });
        },
      });
      const address = await system.spawn(parent);
      first?.tell({ type: 'work' });
      await eventually('the old one is busy', () => seen.includes('old begin'));
      address.tell({ type: 'work' });
      await eventually('the new one is done', () => seen.includes('new end'));
      expect(seen).to.deep.equal([
        'old start',
        'old begin',
        'old end',
        'old stop',
        'new start',
        'new begin',
        'new end',
      ]);
    });
  });

  it('reports every error, also of actors without state (12)', async () => {
    await withPromptWorld(async ({ system, events }) => {
      const address = await system.spawn(plain('a'));
      address.tell({ type: 'fail' });
      await eventually('the report', () => events.length > 0);
      const [crashed] = events;
      expect(crashed).to.deep.include({ type: 'crashed', path: '/vili/a', messageType: 'fail' });
      expect(crashed).to.have.nested.property('error.message', 'told to');
    });
  });

  it('runs stop once per incarnation, also when it crashes while it is being stopped (13)', async () => {
    await withPromptWorld(async ({ system, typesOf }) => {
      const hold = gate();
      let stops = 0;
      const spec = plain('a', {
        handle: async () => {
          await hold.opened;
          failing('while stopping');
        },
        stop: () => {
          stops += 1;
        },
      });
      const address = await system.spawn(spec);
      address.tell({ type: 'work' });
      await eventually('the message in hand', () => system.tree()[0]?.inHand !== null);
      const stopped = system.stop(1000);
      hold.open();
      await stopped;
      expect(stops).to.equal(1);
      expect(typesOf('/vili/a')).to.deep.equal(['crashed']);
    });
  });

  it('leaves the name free when a spawn fails (14)', async () => {
    await withPromptWorld(async ({ system }) => {
      const broken = { ...plain('a'), restart: 'temporary' as const };
      const start = { ...broken, behaviour: () => failing('no behaviour') };
      expect(await rejected(system.spawn(start))).to.include({ code: 'VILI_ACTOR_START_FAILED' });
      const mailbox = { limit: 0, overflow: 'drop-new' as const };
      const invalid = { ...plain('a'), mailbox };
      expect(await rejected(system.spawn(invalid))).to.include({ code: 'VILI_MAILBOX' });
      expect(system.tree()).to.deep.equal([]);
      await system.spawn(plain('a'));
      const twice = await rejected(system.spawn(plain('a')));
      expect(twice).to.include({ code: 'VILI_ACTOR_EXISTS', message: '/vili/a exists already' });
    });
  });
});

// Private

interface Hooks extends Omit<Partial<ChildSpec<Order>>, 'behaviour'> {
  readonly start?: (self: Self<Order>) => unknown;
  readonly handle?: (self: Self<Order>) => unknown;
  readonly stop?: (self: Self<Order>) => unknown;
}

/** An actor that fails when told to and otherwise does what its hooks say. */
function plain(name: string, hooks: Hooks = {}): ChildSpec<Order> {
  const { start, handle, stop, ...spec } = hooks;
  return {
    name,
    supervision: { backoff: PROMPT },
    ...spec,
    behaviour: () => ({
      start: async (self) => await start?.(self),
      handle: async (_state, message, self) => {
        if (message.type === 'fail') failing('told to');
        await handle?.(self);
      },
      stop: async (_state, self) => {
        await stop?.(self);
      },
    }),
  };
}

async function withPromptWorld(use: (world: World) => Promise<void>): Promise<void> {
  await withWorld(use, { supervision: { backoff: PROMPT } });
}

function overlapCounter() {
  let running = 0;
  let most = 0;
  let handled = 0;
  const handle = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    handled += 1;
  };
  return { handle, most: () => most, handled: () => handled };
}

async function rejected(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('was not rejected');
}

import { expect } from 'chai';
import { type Address, actorSpec, type End } from '../../../lib/actor/index.ts';
import { PROMPT, type World, withWorld } from '../../support/actor-world.ts';
import { eventually } from '../../support/eventually.ts';
import { exitWhenTold, type Order, scripted } from '../../support/scripted-actor.ts';

type Watching =
  | { readonly type: 'watch'; readonly target: Address<Order> }
  | { readonly type: 'ended'; readonly end: End }
  | { readonly type: 'unwatch' | 'fail' };

describe('watch', () => {
  it('tells of a normal end, once', async () => {
    await withWatcher('transient', async ({ target, watcher, ends }) => {
      watcher.tell({ type: 'watch', target });
      target.tell({ type: 'exit' });
      await eventually('the notice', () => ends.length > 0);
      expect(ends).to.deep.equal([{ path: '/vili/target', reason: 'stopped' }]);
    });
  });

  it('tells of a crash for good with its error, but not of restarts', async () => {
    await withWatcher('permanent', async ({ target, watcher, ends, system }) => {
      watcher.tell({ type: 'watch', target });
      target.tell({ type: 'x', fail: true });
      await eventually('the restart', () => system.tree()[0]?.restarts === 1);
      expect(ends).to.deep.equal([]);
      target.tell({ type: 'x', fail: true });
      await eventually('the notice', () => ends.length > 0);
      expect(ends[0]).to.include({ path: '/vili/target', reason: 'crashed' });
      expect(ends[0]?.error).to.have.property('message', 'target was told to fail');
    });
  });

  it('tells at once when the target has already ended', async () => {
    await withWatcher('temporary', async ({ target, watcher, ends, system }) => {
      target.tell({ type: 'x', fail: true });
      await eventually('the end', () => system.find('/vili/target') === undefined);
      watcher.tell({ type: 'watch', target });
      await eventually('the notice', () => ends.length > 0);
      expect(ends[0]?.reason).to.equal('crashed');
    });
  });

  it('gets through a full mailbox', async () => {
    await withWatcher('temporary', async ({ target, watcher, ends, system }) => {
      watcher.tell({ type: 'watch', target });
      await eventually('it watches', () => system.trace.read().length === 1);
      target.tell({ type: 'exit' });
      for (let n = 0; n < 2000; n += 1) watcher.tell({ type: 'unwatch' });
      await eventually('the notice', () => ends.length > 0);
      expect(system.deadLetters().total).to.be.greaterThan(0);
    });
  });

  it('ends with the incarnation that watched', async () => {
    await withWatcher('temporary', async ({ target, watcher, ends, system }) => {
      watcher.tell({ type: 'watch', target });
      watcher.tell({ type: 'fail' });
      await eventually(
        'the restart',
        () => system.find('/vili/watcher') !== undefined && restarted(system),
      );
      target.tell({ type: 'exit' });
      await eventually('the end', () => system.find('/vili/target') === undefined);
      watcher.tell({ type: 'unwatch' });
      await eventually('the next message', () => system.trace.read().at(-1)?.type === 'unwatch');
      expect(ends).to.deep.equal([]);
    });
  });

  it('can be ended', async () => {
    await withWatcher('temporary', async ({ target, watcher, ends, system }) => {
      watcher.tell({ type: 'watch', target });
      watcher.tell({ type: 'unwatch' });
      await eventually('both', () => system.trace.read().length === 2);
      target.tell({ type: 'exit' });
      await eventually('the end', () => system.find('/vili/target') === undefined);
      watcher.tell({ type: 'unwatch' });
      await eventually('the next message', () => system.trace.read().at(-1)?.type === 'unwatch');
      expect(ends).to.deep.equal([]);
    });
  });

  it('refuses an address that is no actor', async () => {
    await withWatcher('temporary', async ({ watcher, events }) => {
      const target: Address<Order> = { path: 'a fake', tell: () => true };
      watcher.tell({ type: 'watch', target });
      await eventually('the crash', () => events.length > 0);
      expect(events[0]).to.have.nested.property('error.code', 'VILI_ADDRESS_UNKNOWN');
    });
  });
});

// Private

interface Watched extends World {
  readonly target: Address<Order>;
  readonly watcher: Address<Watching>;
  readonly ends: End[];
}

async function withWatcher(
  restart: 'permanent' | 'transient' | 'temporary',
  use: (watched: Watched) => Promise<void>,
): Promise<void> {
  await withWorld(
    async (world) => {
      const ends: End[] = [];
      const restarts = { max: 1, onExhausted: 'end', backoff: PROMPT } as const;
      const spec = scripted('target', [], { restart, restarts, handle: exitWhenTold });
      const target = await world.system.spawn(spec);
      const watcher = await world.system.spawn(watching(ends));
      await use({ ...world, target, watcher, ends });
    },
    { supervision: { backoff: PROMPT } },
  );
}

function watching(ends: End[]) {
  return actorSpec({
    name: 'watcher',
    behaviour: () => ({
      start: (): (() => void) => notWatching,
      handle(unwatch, message: Watching, self): () => void {
        if (message.type === 'fail') throw new Error('told to fail');
        if (message.type === 'ended') ends.push(message.end);
        if (message.type === 'unwatch') unwatch();
        if (message.type !== 'watch') return unwatch;
        return self.watch(message.target, (end) => ({ type: 'ended', end }));
      },
    }),
  });
}

function restarted(system: World['system']): boolean {
  return system.tree().some((node) => node.path === '/vili/watcher' && node.restarts === 1);
}

function notWatching(): void {}

import { expect } from 'chai';
import { ActorSystem } from '../../../lib/actor/index.ts';
import { gate, PROMPT, withWorld } from '../../support/actor-world.ts';
import { DEFAULT_SETTINGS } from '../../support/default-settings.ts';
import { eventually } from '../../support/eventually.ts';
import { neverStarts, rejection, type Script, scripted } from '../../support/scripted-actor.ts';

describe('stopping a system', () => {
  it('ends right to left, children before parents, and lets the message in hand finish', async () => {
    const log: string[] = [];
    const hold = gate();
    await withWorld(async ({ system }) => {
      const script: Script = {
        start: async (self) => {
          await self.spawn(scripted('first child', log));
          await self.spawn(scripted('second child', log));
        },
        handle: async () => {
          await hold.opened;
          log.push('handled');
        },
      };
      const parent = await system.spawn(scripted('parent', log, script));
      await system.spawn(scripted('last', log));
      parent.tell({ type: 'work' });
      parent.tell({ type: 'too late' });
      await eventually('the message in hand', () => log.includes('parent work'));
      log.length = 0;
      const stopped = system.stop(5000);
      await eventually('the last one', () => log.length > 0);
      hold.open();
      await stopped;
      const order = [
        'stop last',
        'handled',
        'stop second child',
        'stop first child',
        'stop parent',
      ];
      expect(log).to.deep.equal(order);
      expect(system.deadLetters().total).to.equal(1);
    });
  });

  it('keeps its deadline: what hangs is abandoned and reported, the rest of it too', async () => {
    const log: string[] = [];
    const hold = gate();
    let signal: AbortSignal | undefined;
    await new Promise((resolve) => setImmediate(resolve));
    await withWorld(async ({ system, events }) => {
      const before = timers();
      await system.spawn(scripted('a', log));
      const script: Script = {
        start: (self) => {
          signal = self.signal;
        },
        stop: async () => await hold.opened,
        stopTimeoutMs: 60_000,
      };
      await system.spawn(scripted('hanging', log, script));
      const startedMs = performance.now();
      await system.stop(20);
      expect(performance.now() - startedMs).to.be.below(5000);
      expect(signal?.aborted).to.equal(true);
      expect(timers(), 'no limit is waited for').to.equal(before);
      expect(system.tree()).to.deep.equal([]);
      const abandoned = events.map((event) => `${event.type} ${event.path}`);
      expect(abandoned).to.deep.equal(['abandoned /vili/hanging', 'abandoned /vili/a']);
    });
    hold.open();
  });

  it('gives a hanging stop its own limit, then goes on with the others', async () => {
    const log: string[] = [];
    const hold = gate();
    await withWorld(async ({ system, typesOf }) => {
      await system.spawn(scripted('a', log));
      const script: Script = { stop: async () => await hold.opened, stopTimeoutMs: 10 };
      await system.spawn(scripted('hanging', log, script));
      await system.stop(5000);
      expect(log.at(-1)).to.equal('stop a');
      expect(typesOf('/vili/hanging')).to.deep.equal(['abandoned']);
    });
    hold.open();
  });

  it('is heard during a backoff and during a start', async () => {
    const restarts = { max: Infinity, backoff: { minMs: 60_000, maxMs: 60_000 } };
    await withWorld(async ({ system }) => {
      const failing = await system.spawn(scripted('failing', [], { restarts }));
      failing.tell({ type: 'x', fail: true });
      const script: Script = { restarts, start: neverStarts };
      const starting = rejection(system.spawn(scripted('starting', [], script)));
      const statuses = () => system.tree().map((node) => node.status);
      await eventually('both wait', () => statuses().join() === 'backoff,backoff');
      const startedMs = performance.now();
      await system.stop(10_000);
      expect(performance.now() - startedMs).to.be.below(5000);
      expect(await starting).to.include({ code: 'VILI_ACTOR_STOPPED' });
    });
  });

  it('is done once, and nothing can be started or told afterwards', async () => {
    await withWorld(async ({ system }) => {
      const address = await system.spawn(scripted('a', []));
      expect(system.stop(1000)).to.equal(system.stop(1));
      await system.stop(1000);
      expect(address.tell({ type: 'x' })).to.equal(false);
      expect(system.crash('/vili/a')).to.equal(false);
      expect(system.find('/vili/a')).to.equal(undefined);
      const refused = await rejection(system.spawn(scripted('b', [])));
      expect(refused).to.include({ code: 'VILI_ACTOR_STOPPED' });
    });
  });

  it('leaves no timer of its actors behind', async () => {
    // The runner sets its own timer once this function has returned its promise.
    await new Promise((resolve) => setImmediate(resolve));
    const before = timers();
    const system = new ActorSystem({
      trace: DEFAULT_SETTINGS.trace,
      onFatal: neverStarts,
      supervision: { backoff: PROMPT },
    });
    const script: Script = {
      start: (self) => {
        self.after(60_000, { type: 'never' });
        self.every(60_000, { type: 'never' });
      },
      handle: async () => await new Promise((resolve) => setImmediate(resolve)),
    };
    const address = await system.spawn(scripted('a', [], script));
    address.tell({ type: 'work' });
    address.tell({ type: 'x', fail: true });
    await eventually('the restart', () => system.tree()[0]?.restarts === 1);
    await system.stop(1000);
    expect(timers()).to.equal(before);
  });
});

// Private

function timers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}

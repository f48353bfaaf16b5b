import { expect } from 'chai';
import { ActorStopped } from '../../../lib/actor/index.ts';
import { withWorld } from '../../support/actor-world.ts';
import { eventually } from '../../support/eventually.ts';
import { exitWhenTold, type Order, rejection, scripted } from '../../support/scripted-actor.ts';

describe('An address by path', () => {
  it('buries and counts what is sent before its actor is spawned, and reaches it afterwards', async () => {
    await withWorld(async ({ system, events }) => {
      const log: string[] = [];
      const later = system.address<Order>('/vili/later');
      expect(later.tell({ type: 'early' })).to.equal(false);
      expect(system.deadLetters().byRecipient.get('/vili/later')).to.equal(1);
      expect(events.at(-1)).to.include({ type: 'dead-letter', reason: 'no-actor' });
      await system.spawn(scripted('later', log));
      expect(later.tell({ type: 'hello' })).to.equal(true);
      await eventually('the actor has the message', () => log.includes('later hello'));
      await system.stop(1000);
      expect(later.tell({ type: 'late' })).to.equal(false);
      expect(system.deadLetters().total).to.equal(2);
    });
  });

  it('reaches the later of two actors that had the same path', async () => {
    await withWorld(async ({ system }) => {
      const log: string[] = [];
      const child = system.address<Order>('/vili/child');
      for (const round of ['round-1', 'round-2']) {
        await system.spawn(scripted('child', log, { restart: 'temporary', handle: exitWhenTold }));
        child.tell({ type: round });
        child.tell({ type: 'exit' });
        await eventually(`${round} is over`, () => system.find('/vili/child') === undefined);
      }
      expect(log).to.include.members(['child round-1', 'child round-2']);
    });
  });

  it('fails a question at once when no actor has the path', async () => {
    await withWorld(async ({ system }) => {
      const nobody = system.address<Order>('/vili/nobody');
      const asked = system.ask(nobody, () => ({ type: 'describe' }), 60_000);
      expect(await rejection(asked)).to.be.instanceOf(ActorStopped);
    });
  });
});

import { expect } from 'chai';
import { gate, PROMPT, type World, withWorld } from '../../support/actor-world.ts';
import { eventually } from '../../support/eventually.ts';
import { rejection, type Script, scripted } from '../../support/scripted-actor.ts';

describe('a handler that hangs', () => {
  it('is reported once and seen in the tree, with the message and since when', async () => {
    const hold = gate();
    await withPrompt(async ({ system, events, typesOf }) => {
      const script: Script = { handlerTimeoutMs: 5, handle: async () => await hold.opened };
      const address = await system.spawn(scripted('a', [], script));
      address.tell({ type: 'long' });
      await eventually('the report', () => events.length > 0);
      expect(events[0]).to.include({ type: 'hung', messageType: 'long', limitMs: 5 });
      const [node] = system.tree();
      expect(node).to.include({ status: 'running', hung: true });
      expect(node?.inHand?.type).to.equal('long');
      expect(node?.inHand?.sinceMs).to.be.at.least(5);
      await new Promise((resolve) => setTimeout(resolve, 15));
      hold.open();
      await eventually('its end', () => system.tree()[0]?.inHand === null);
      expect(system.tree()[0]).to.include({ hung: false, restarts: 0 });
      expect(typesOf('/vili/a')).to.deep.equal(['hung']);
    });
  });

  it('crashes its actor when set so: the next message finds a fresh one', async () => {
    const log: string[] = [];
    const hold = gate();
    await withPrompt(async ({ system, typesOf }) => {
      const script: Script = {
        handlerTimeoutMs: 5,
        onHang: 'crash',
        handle: async ({ type }) => {
          if (type !== 'long') return;
          await hold.opened;
          log.push('late');
        },
      };
      const address = await system.spawn(scripted('a', log, script));
      const owed = rejection(system.ask(address, () => ({ type: 'long' }), 5000));
      address.tell({ type: 'next' });
      await eventually('the next message', () => log.includes('a next'));
      expect(await owed).to.have.nested.property('cause.code', 'VILI_HANDLER_HUNG');
      expect(log).to.deep.equal(['start a', 'a long', 'stop a', 'start a', 'a next']);
      expect(typesOf('/vili/a')).to.deep.equal([
        'hung',
        'crashed',
        'backoff',
        'abandoned',
        'restarted',
      ]);
      const outcomes = system.trace.read().map((record) => `${record.type} ${record.outcome}`);
      expect(outcomes).to.deep.equal(['long crash', 'next ok']);
      hold.open();
      await eventually('the late result', () => log.includes('late'));
      expect(system.tree()[0]).to.include({ status: 'running', restarts: 1 });
    });
  });

  it('in start is reported too', async () => {
    const hold = gate();
    await withPrompt(async ({ system, events }) => {
      const script: Script = { handlerTimeoutMs: 5, start: async () => await hold.opened };
      const spawned = system.spawn(scripted('a', [], script));
      await eventually('the report', () => events.length > 0);
      expect(events[0]).to.include({ type: 'hung', messageType: 'starting' });
      expect(system.tree()[0]).to.include({ status: 'starting', hung: true });
      hold.open();
      await spawned;
      expect(system.tree()[0]).to.include({ status: 'running', hung: false });
    });
  });

  it('is not reported when each message alone stays below the limit', async () => {
    await withPrompt(async ({ system, events }) => {
      const script: Script = {
        handlerTimeoutMs: 250,
        handle: async () => await new Promise((resolve) => setTimeout(resolve, 10)),
      };
      const address = await system.spawn(scripted('a', [], script));
      for (let n = 0; n < 40; n += 1) address.tell({ type: 'short' });
      await eventually('all of them', () => system.trace.read().length === 40);
      expect(events).to.deep.equal([]);
    });
  });

  it('holds up a restart of its group only for the stop timeout', async () => {
    const log: string[] = [];
    const hold = gate();
    await withWorld(
      async ({ system, typesOf }) => {
        const failing = await system.spawn(scripted('failing', log));
        const script: Script = { stopTimeoutMs: 10, handle: async () => await hold.opened };
        const hanging = await system.spawn(scripted('hanging', log, script));
        hanging.tell({ type: 'long' });
        await eventually('it hangs', () => log.includes('hanging long'));
        failing.tell({ type: 'x', fail: true });
        await eventually('the restart', () => typesOf('/vili/hanging').includes('restarted'));
        expect(typesOf('/vili/hanging')).to.deep.equal(['abandoned', 'restarted']);
      },
      { supervision: { strategy: 'one_for_all', backoff: PROMPT } },
    );
    hold.open();
  });
});

// Private

async function withPrompt(use: (world: World) => Promise<void>): Promise<void> {
  await withWorld(use, { supervision: { backoff: PROMPT } });
}

import { expect } from 'chai';
import type { ActorEvent } from '../../../lib/actor/index.ts';
import { DeadLetters, OTHERS, RECIPIENTS_MAX } from '../../../lib/actor/mail/dead-letters.ts';
import { Trace } from '../../../lib/actor/trace.ts';
import { withWorld } from '../../support/actor-world.ts';
import { DEFAULT_SETTINGS } from '../../support/default-settings.ts';
import { eventually } from '../../support/eventually.ts';
import { scripted } from '../../support/scripted-actor.ts';

describe('dead letters', () => {
  it('are reported in full ten times per recipient and window, then as one count', () => {
    const { letters, events, bury } = office();
    for (let n = 0; n < 25; n += 1) bury('/vili/a');
    for (let n = 0; n < 10; n += 1) bury('/vili/b');
    expect(events.filter((event) => event.type === 'dead-letter')).to.have.length(20);
    letters.flush();
    expect(events.at(-1)).to.deep.equal({
      type: 'dead-letters',
      atMs: 7,
      path: '/vili/a',
      count: 15,
    });
    expect(events).to.have.length(21);
    bury('/vili/a');
    expect(events.at(-1)?.type).to.equal('dead-letter');
    expect(letters.counts()).to.deep.equal({
      total: 36,
      byRecipient: new Map([
        ['/vili/a', 26],
        ['/vili/b', 10],
      ]),
    });
    letters.close();
  });

  it('end their window by themselves', async () => {
    const { events, bury } = office(5);
    for (let n = 0; n < 11; n += 1) bury('/vili/a');
    await eventually('the count', () => events.at(-1)?.type === 'dead-letters');
  });

  it('are counted by name for a bounded number of recipients', () => {
    const { letters, bury } = office();
    for (let n = 0; n < RECIPIENTS_MAX + 5; n += 1) bury(`/vili/${n}`);
    expect(letters.counts().byRecipient.get(OTHERS)).to.equal(5);
    expect(letters.counts().byRecipient.size).to.equal(RECIPIENTS_MAX + 1);
    letters.close();
  });

  it('tell who sent what to whom, and why it was not handled', async () => {
    await withWorld(async ({ system, events }) => {
      const address = await system.spawn(scripted('a', [], { restart: 'temporary' }));
      address.tell({ type: 'x', fail: true });
      await eventually('its end', () => system.find('/vili/a') === undefined);
      expect(address.tell({ type: 'hello' })).to.equal(false);
      expect(events.at(-1)).to.deep.include({
        type: 'dead-letter',
        path: '/vili/a',
        from: '/vili',
        messageType: 'hello',
        reason: 'stopped',
      });
      expect(system.trace.read().at(-1)).to.include({ type: 'hello', outcome: 'dead' });
      expect(system.deadLetters().byRecipient.get('/vili/a')).to.equal(1);
    });
  });

  it('never reach a later actor of the same name', async () => {
    const log: string[] = [];
    await withWorld(async ({ system }) => {
      const old = await system.spawn(scripted('a', log, { restart: 'temporary' }));
      old.tell({ type: 'x', fail: true });
      await eventually('its end', () => system.find('/vili/a') === undefined);
      await system.spawn(scripted('a', log));
      expect(old.tell({ type: 'hello' })).to.equal(false);
    });
    expect(log).to.deep.equal(['start a', 'stop a', 'start a', 'stop a']);
  });
});

// Private

const now = (): number => 7;

function office(windowMs = 60_000) {
  const events: ActorEvent[] = [];
  const collect = (event: ActorEvent): unknown => events.push(event);
  const letters = new DeadLetters(now, new Trace(now, DEFAULT_SETTINGS.trace), collect, {
    windowMs,
  });
  const bury = (path: string): void => {
    const envelope = { message: 1, from: '/vili', correlation: undefined, sentAtMs: 7 };
    letters.bury(envelope, path, 'stopped');
  };
  return { letters, events, bury };
}

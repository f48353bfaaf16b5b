import { expect } from 'chai';
import * as fc from 'fast-check';
import type { Envelope } from '../../../lib/actor/mail/envelope.ts';
import { DEFAULT_MAILBOX, Mailbox } from '../../../lib/actor/mail/mailbox.ts';
import { gate, PROMPT, withWorld } from '../../support/actor-world.ts';
import { eventually } from '../../support/eventually.ts';
import { type Order, type Script, scripted } from '../../support/scripted-actor.ts';

const overflows = ['drop-new', 'drop-old'] as const;

describe('a mailbox', () => {
  it('holds 1,000 messages and drops new ones by default', () => {
    expect(DEFAULT_MAILBOX).to.deep.equal({ limit: 1000, overflow: 'drop-new' });
  });

  it('keeps the order and the limit, and drops on the named side', () => {
    const steps = fc.array(fc.constantFrom('push', 'push', 'keep', 'shift'), { maxLength: 300 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.constantFrom(...overflows), steps, checkModel),
    );
  });

  it('refuses a limit that is none', () => {
    expect(() => new Mailbox('/vili/a', { limit: 0, overflow: 'drop-new' })).to.throw(
      'mailbox of /vili/a: limit 0',
    );
  });

  for (const { overflow, handled, refused } of [
    { overflow: 'drop-new', handled: ['a 0', 'a 1', 'a 2'], refused: [3, 4] },
    { overflow: 'drop-old', handled: ['a 0', 'a 3', 'a 4'], refused: [] },
  ] as const) {
    it(`of an actor buries what does not fit: ${overflow}`, async () => {
      const log: string[] = [];
      const hold = gate();
      await withWorld(async ({ system, events }) => {
        const script: Script = {
          mailbox: { limit: 2, overflow },
          handle: async () => await hold.opened,
        };
        const address = await system.spawn(scripted('a', log, script));
        address.tell({ type: '0' });
        await eventually('it is busy', () => log.includes('a 0'));
        const failed = [1, 2, 3, 4].filter((n) => !address.tell({ type: String(n) }));
        expect(failed).to.deep.equal(refused);
        hold.open();
        await eventually('all', () => log.length === 4);
        expect(log.slice(1)).to.deep.equal(handled);
        const reasons = events.map((event) => event.type === 'dead-letter' && event.reason);
        expect(reasons).to.deep.equal(['mailbox-full', 'mailbox-full']);
        const outcomes = system.trace.read().map((record) => record.outcome);
        expect(outcomes.filter((outcome) => outcome === 'dropped')).to.have.length(2);
      });
    });
  }

  it('that is full holds up neither a debug crash, nor a restart, nor a stop, nor the tree', async () => {
    const log: string[] = [];
    await withWorld(
      async ({ system, events }) => {
        const address = await system.spawn(scripted('a', log, { mailbox: { ...DEFAULT_MAILBOX } }));
        for (let n = 0; n < 1000; n += 1) address.tell({ type: 'work' });
        expect(system.tree()[0]?.mailbox).to.equal(1000);
        expect(system.crash('/vili/a')).to.equal(true);
        await eventually('the restart', () => events.at(-1)?.type === 'restarted');
        expect(log.indexOf('stop a'), 'lines before the crash').to.be.at.most(3);
        await system.stop(1000);
        const handled = log.filter((line) => line === 'a work').length;
        expect(handled).to.be.below(1000);
        expect(system.deadLetters().total + handled).to.equal(1000);
      },
      { supervision: { backoff: PROMPT } },
    );
  });
});

// Private

/** Compares with a plain array. */
function checkModel(
  limit: number,
  overflow: (typeof overflows)[number],
  steps: readonly string[],
): void {
  const mailbox = new Mailbox('/vili/a', { limit, overflow });
  let model: Envelope[] = [];
  for (const [n, step] of steps.entries()) {
    if (step === 'shift') {
      expect(mailbox.shift()).to.equal(model.shift());
      continue;
    }
    const envelope = envelopeOf({ type: String(n) }, step === 'keep');
    let dropped: Envelope | undefined;
    if (model.length >= limit && step === 'push') {
      const oldest = model.find((each) => each.kept !== true);
      dropped = overflow === 'drop-new' ? envelope : (oldest ?? envelope);
    }
    model = [...model, envelope].filter((each) => each !== dropped);
    expect(mailbox.push(envelope)).to.equal(dropped);
    expect(mailbox.length).to.equal(model.length);
    expect(mailbox.has(envelope)).to.equal(dropped !== envelope);
  }
}

function envelopeOf(message: Order, kept: boolean): Envelope {
  return { message, from: '/vili', correlation: undefined, sentAtMs: 0, kept };
}

import { expect } from 'chai';
import { type Address, actorSpec, type Self } from '../../../lib/actor/index.ts';
import { PROMPT, type World, withWorld } from '../../support/actor-world.ts';
import { eventually } from '../../support/eventually.ts';
import { rejection, scripted } from '../../support/scripted-actor.ts';

interface Question {
  readonly type: 'question';
  readonly how: 'answer' | 'throw' | 'keep' | 'keep-then-throw' | 'exit' | 'twice';
  readonly reply: Address<string>;
}

const LIMIT_MS = 5000;

const launcher = () =>
  actorSpec({
    name: 'launcher',
    restart: 'transient',
    behaviour: () => ({
      start: (): Address<string>[] => [],
      async handle(kept, { how, reply }: Question, self): Promise<Address<string>[]> {
        await Promise.resolve();
        if (how === 'answer' || how === 'twice') reply.tell('the answer');
        if (how === 'twice') reply.tell('another');
        if (how === 'throw' || how === 'keep-then-throw') throw new Error('cannot answer');
        if (how === 'exit') self.stop();
        return [...kept, reply];
      },
    }),
  });

describe('ask', () => {
  it('gives the answer, which is part of the trace', async () => {
    await withLauncher(async ({ system, ask }) => {
      expect(await ask('answer')).to.equal('the answer');
      await eventually('the end of the handler', () => system.trace.read().length === 2);
      expect(system.trace.read()[0]).to.deep.include({
        from: '/vili/launcher',
        to: '/vili#reply',
        type: 'string',
      });
    });
  });

  it('fails at once with the cause when the handler crashes', async () => {
    await withLauncher(async ({ ask }) => {
      const startedMs = performance.now();
      const failed = await rejection(ask('throw'));
      expect(failed).to.include({ code: 'VILI_ACTOR_CRASHED', path: '/vili/launcher' });
      expect(failed).to.have.nested.property('cause.message', 'cannot answer');
      expect(performance.now() - startedMs).to.be.below(LIMIT_MS / 2);
    });
  });

  it('fails at once when the actor crashes later, while it still owes the answer', async () => {
    await withLauncher(async ({ system, ask }) => {
      const owed = rejection(ask('keep'));
      await eventually('it is kept', () => system.trace.read().length === 1);
      expect(system.crash('/vili/launcher', new Error('later'))).to.equal(true);
      expect(await owed).to.have.nested.property('cause.message', 'later');
    });
  });

  it('survives a restart while it waits in the mailbox', async () => {
    await withLauncher(async ({ ask }) => {
      const [first, second] = await Promise.allSettled([ask('throw'), ask('answer')]);
      expect(first?.status).to.equal('rejected');
      expect(second).to.deep.equal({ status: 'fulfilled', value: 'the answer' });
    });
  });

  it('fails at once when the actor ends or has ended', async () => {
    await withLauncher(async ({ ask }) => {
      const failures = await Promise.all([rejection(ask('exit')), rejection(ask('answer'))]);
      for (const failed of failures) expect(failed).to.include({ code: 'VILI_ACTOR_STOPPED' });
      expect(await rejection(ask('answer'))).to.include({ code: 'VILI_ACTOR_STOPPED' });
    });
  });

  it('fails at once when the mailbox is full', async () => {
    await withWorld(async ({ system }) => {
      const mailbox = { limit: 1, overflow: 'drop-new' } as const;
      const address = await system.spawn({ ...launcher(), mailbox });
      const ask = () => system.ask<Question, string>(address, question('answer'), LIMIT_MS);
      const [first, second] = await Promise.allSettled([ask(), ask()]);
      expect(first?.status).to.equal('fulfilled');
      expect(second).to.have.nested.property('reason.code', 'VILI_MAILBOX_FULL');
    });
  });

  it('names target, message and limit when there is no reply in time', async () => {
    await withLauncher(async ({ system, address }) => {
      const failed = await rejection(system.ask(address, question('keep'), 5));
      expect(failed).to.include({
        code: 'VILI_ASK_TIMEOUT',
        message: 'no reply from /vili/launcher to question within 5 ms',
      });
    });
  });

  it('buries an answer that comes too late or twice', async () => {
    await withLauncher(async ({ system, ask, events }) => {
      expect(await ask('twice')).to.equal('the answer');
      await eventually('the burial', () => system.deadLetters().total === 1);
      expect(events[0]).to.include({
        type: 'dead-letter',
        reason: 'answered',
        path: '/vili#reply',
      });
    });
  });

  it('fails when the asking incarnation ends', async () => {
    await withLauncher(async ({ system, address }) => {
      const failures: unknown[] = [];
      const handle = (_message: unknown, self: Self<never>): void => {
        self.ask<Question, string>(address, question('keep'), LIMIT_MS).catch((error: unknown) => {
          failures.push(error);
        });
      };
      const asker = await system.spawn(scripted('asker', [], { handle }));
      asker.tell({ type: 'go' });
      asker.tell({ type: 'x', fail: true });
      await eventually('the failure', () => failures.length === 1);
      expect(failures[0]).to.include({ code: 'VILI_ACTOR_STOPPED', path: '/vili/asker' });
    });
  });
});

// Private

interface Asking extends World {
  readonly address: Address<Question>;
  readonly ask: (how: Question['how']) => Promise<string>;
}

const question =
  (how: Question['how']) =>
  (reply: Address<string>): Question => ({ type: 'question', how, reply });

async function withLauncher(use: (asking: Asking) => Promise<void>): Promise<void> {
  await withWorld(
    async (world) => {
      const address = await world.system.spawn(launcher());
      const ask = (how: Question['how']): Promise<string> =>
        world.system.ask<Question, string>(address, question(how), LIMIT_MS);
      await use({ ...world, address, ask });
    },
    { supervision: { backoff: PROMPT } },
  );
}

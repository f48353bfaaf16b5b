import { expect } from 'chai';
import {
  type Address,
  actorSpec,
  type Behaviour,
  type ChildSpec,
  type Self,
} from '../../../lib/actor/index.ts';
import { PROMPT, withWorld } from '../../support/actor-world.ts';

type Add = { readonly type: 'add'; readonly by: number };
type Read = { readonly type: 'read'; readonly reply: Address<number> };

const counting = (): Behaviour<Add | Read, number> => ({
  start: () => 0,
  handle(count, message) {
    if (message.type === 'add') return count + message.by;
    message.reply.tell(count);
    return count;
  },
});

const onlyAdding = (): Behaviour<Add, number> => ({
  start: () => 0,
  handle: (count, message) => count + message.by,
});

const failed = (): Add => ({ type: 'add', by: 0 });

/** The lines under `@ts-expect-error` must not compile; what they do at run time does not matter. */
describe('the types of actors', () => {
  it('refuse messages, replies and addresses that do not belong together', async () => {
    await withWorld(
      async ({ system }) => {
        const counter = await system.spawn({ name: 'counter', behaviour: counting });
        // @ts-expect-error no such message
        counter.tell({ type: 'nope' });
        // @ts-expect-error a field of the wrong type
        counter.tell({ type: 'add', by: 'two' });
        const anything: unknown = 1;
        // @ts-expect-error nothing is known about it
        counter.tell(anything);
        // @ts-expect-error an address of other messages
        const text: Address<string> = counter;
        const add: Address<Add> = counter;
        // @ts-expect-error it takes only one of the two messages
        const wider: Address<Add | Read> = add;
        // @ts-expect-error the reply is a number
        await system.ask<Add | Read, string>(counter, (reply) => ({ type: 'read', reply }), 500);
        const count = await system.ask<Add | Read, number>(
          counter,
          (reply) => ({ type: 'read', reply }),
          500,
        );
        expect(count).to.be.a('number');
        expect([text, wider]).to.deep.equal([counter, counter]);
      },
      {
        supervision: { backoff: PROMPT },
      },
    );
  });

  it('refuse a behaviour that does not handle all messages of its spec', () => {
    // @ts-expect-error it cannot read
    const narrow: ChildSpec<Add | Read> = { name: 'narrow', behaviour: onlyAdding };
    // @ts-expect-error nothing in common
    const other: ChildSpec<string> = { name: 'other', behaviour: onlyAdding };
    const wide: ChildSpec<Add> = { name: 'wide', behaviour: counting };
    expect([narrow.name, other.name, wide.name]).to.deep.equal(['narrow', 'other', 'wide']);
  });

  it('know the state of a behaviour written in place, and hide it from everybody else', () => {
    const spec: ChildSpec<Add> = actorSpec({
      name: 'in-place',
      behaviour: () => ({
        start: () => ({ count: 0 }),
        handle: (state, message: Add) => ({ count: state.count + message.by }),
      }),
    });
    actorSpec<Add, number>({
      name: 'wrong-state',
      behaviour: () => ({
        start: () => 0,
        // @ts-expect-error the next state is no number
        handle: (_state, message) => `${message.by}`,
      }),
    });
    expect(spec.name).to.equal('in-place');
  });

  it('refuse what an actor may not send itself or others', () => {
    expect(sends).to.have.length(2);
  });
});

// Private

function sends(self: Self<Add>, text: Address<string>): void {
  // @ts-expect-error not its own message
  self.after(1, { type: 'read' });
  // @ts-expect-error not the other's message
  self.send(text, 1);
  // @ts-expect-error the result becomes a message that is not its own
  self.pipe(Promise.resolve(1), (by) => ({ type: 'sum', by }), failed);
  // @ts-expect-error the notice is not its own message
  self.watch(text, (end) => ({ type: 'gone', end }));
}

import { expect } from 'chai';
import { type ActorEvent, ActorSystem, type Address, actorSpec } from '../../../lib/actor/index.ts';
import { DEFAULT_SETTINGS } from '../../support/default-settings.ts';

type Counting =
  | { type: 'add'; by: number }
  | { type: 'read'; reply: Address<number> }
  | { type: 'break' };

const read = (reply: Address<number>): Counting => ({ type: 'read', reply });

const counter = (name: string) =>
  actorSpec({
    name,
    supervision: {},
    restarts: { backoff: { minMs: 1 } },
    behaviour: () => ({
      start: () => 0,
      handle(count: number, message: Counting): number {
        if (message.type === 'break') throw new Error('broken on purpose');
        if (message.type === 'read') message.reply.tell(count);
        return message.type === 'add' ? count + message.by : count;
      },
    }),
  });

describe('an actor system', () => {
  it('keeps the address, the mailbox and nothing of the state across a restart', async () => {
    const events: ActorEvent[] = [];
    const system = new ActorSystem({
      trace: DEFAULT_SETTINGS.trace,
      onFatal: (error) => expect.fail(String(error)),
      onEvent: (event) => events.push(event),
    });
    const address = await system.spawn(counter('counter'));
    address.tell({ type: 'add', by: 2 });
    expect(await system.ask(address, read, 500)).to.equal(2);
    address.tell({ type: 'break' });
    address.tell({ type: 'add', by: 5 });
    expect(await system.ask(address, read, 500)).to.equal(5);
    expect(events.map((event) => event.type)).to.deep.equal(['crashed', 'backoff', 'restarted']);
    expect(system.trace.read().map((record) => `${record.type} ${record.outcome}`)).to.deep.equal([
      'add ok',
      'number ok',
      'read ok',
      'break crash',
      'add ok',
      'number ok',
      'read ok',
    ]);
    await system.stop(1000);
    expect(address.tell({ type: 'add', by: 1 })).to.equal(false);
    expect(system.tree()).to.deep.equal([]);
  });
});

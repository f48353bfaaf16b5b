import { expect } from 'chai';
import type { Address, SupervisionOptions } from '../../../lib/actor/index.ts';
import { gate, PROMPT, type World, withWorld } from '../../support/actor-world.ts';
import { eventually } from '../../support/eventually.ts';
import {
  exitWhenTold,
  neverStarts,
  type Order,
  rejection,
  type Script,
  scripted,
} from '../../support/scripted-actor.ts';

describe('supervision strategies', () => {
  for (const { strategy, lives } of [
    { strategy: 'one_for_one', lives: ['stop b', 'start b'] },
    { strategy: 'rest_for_one', lives: ['stop c', 'stop b', 'start b', 'start c'] },
    {
      strategy: 'one_for_all',
      lives: ['stop c', 'stop b', 'stop a', 'start a', 'start b', 'start c'],
    },
  ] as const) {
    it(`end right to left and start left to right: ${strategy}`, async () => {
      await withChildren({ strategy }, async ({ log, children, system }) => {
        children.b.tell({ type: 'x', fail: true });
        children.b.tell({ type: 'after' });
        await eventually('the next message', () => log.includes('b after'));
        await eventually('the group', () =>
          system.tree().every((node) => node.status === 'running'),
        );
        expect(log.filter((line) => line !== 'b after')).to.deep.equal(lives);
      });
    });
  }

  it('end the siblings of a half-started group before they try again', async () => {
    const log: string[] = [];
    let broken = 0;
    await withWorld(
      async ({ system }) => {
        const a = await system.spawn(scripted('a', log));
        const start = (): void => {
          broken -= 1;
          if (broken >= 0) throw new Error('not yet');
        };
        await system.spawn(scripted('b', log, { start }));
        await system.spawn(scripted('c', log));
        log.length = 0;
        broken = 1;
        a.tell({ type: 'x', fail: true });
        await eventually('the group', () => log.at(-1) === 'start c');
        expect(log).to.deep.equal([
          'stop c',
          'stop b',
          'stop a',
          'start a',
          'start b',
          'stop a',
          'start a',
          'start b',
          'start c',
        ]);
      },
      { supervision: { strategy: 'one_for_all', backoff: PROMPT } },
    );
  });

  it('do not let a sibling wait for the backoff of another under one_for_one', async () => {
    const log: string[] = [];
    await withWorld(async ({ system }) => {
      const slow = { minMs: 60_000, maxMs: 60_000 };
      const a = await system.spawn(
        scripted('a', log, { restarts: { max: Infinity, backoff: slow } }),
      );
      const b = await system.spawn(scripted('b', log, { restarts: { backoff: PROMPT } }));
      a.tell({ type: 'x', fail: true });
      await eventually('the backoff of a', () => system.tree()[0]?.status === 'backoff');
      b.tell({ type: 'x', fail: true });
      b.tell({ type: 'after' });
      await eventually('b again', () => log.includes('b after'));
      expect(system.tree().map((node) => node.status)).to.deep.equal(['backoff', 'running']);
    });
  });

  it('widen the group when a sibling to the left fails during the backoff', async () => {
    const log: string[] = [];
    const supervision = { strategy: 'rest_for_one', backoff: { minMs: 30, maxMs: 30 } } as const;
    await withWorld(
      async ({ system }) => {
        const a = await system.spawn(scripted('a', log));
        const b = await system.spawn(scripted('b', log));
        log.length = 0;
        b.tell({ type: 'x', fail: true });
        await eventually('the backoff of b', () => system.tree()[1]?.status === 'backoff');
        a.tell({ type: 'x', fail: true });
        await eventually('both', () => log.at(-1) === 'start b');
        expect(log).to.deep.equal(['stop b', 'stop a', 'start a', 'start b']);
        expect(system.tree().map((node) => node.restarts)).to.deep.equal([1, 1]);
      },
      { supervision },
    );
  });
});

describe('restart policies', () => {
  for (const { restart, crash, exit } of [
    { restart: 'permanent', crash: 'restarted', exit: 'restarted' },
    { restart: 'transient', crash: 'restarted', exit: 'gone' },
    { restart: 'temporary', crash: 'gone', exit: 'gone' },
  ] as const) {
    it(`${restart}: after a crash ${crash}, after its own stop ${exit}`, async () => {
      for (const [type, outcome] of [
        ['crash', crash],
        ['exit', exit],
      ] as const) {
        const log: string[] = [];
        await withPrompt(async ({ system }) => {
          const child = await system.spawn(scripted('a', log, { restart, handle: exitWhenTold }));
          child.tell({ type, fail: type === 'crash' });
          if (outcome === 'gone') await eventually('its end', () => system.tree().length === 0);
          else await eventually('its restart', () => system.tree()[0]?.restarts === 1);
          expect(log.includes('stop a')).to.equal(true);
        });
      }
    });
  }

  it('do not start a temporary sibling again when the group is restarted', async () => {
    await withChildren({ strategy: 'one_for_all' }, async ({ system, children, log }) => {
      const temporary = scripted('t', log, { restart: 'temporary' });
      await system.spawn(temporary);
      children.a.tell({ type: 'x', fail: true });
      await eventually('the group', () => log.at(-1) === 'start c');
      expect(system.tree().map((node) => node.path)).to.deep.equal([
        '/vili/a',
        '/vili/b',
        '/vili/c',
      ]);
    });
  });
});

describe('a restart', () => {
  it('ends the children, or leaves them untouched with keepChildren', async () => {
    for (const keepChildren of [false, true]) {
      const log: string[] = [];
      await withPrompt(async ({ system }) => {
        const start = async (self: Parameters<typeof spawnOnce>[0]) => await spawnOnce(self, log);
        const parent = await system.spawn(scripted('parent', log, { keepChildren, start }));
        const before = system.find('/vili/parent/child');
        parent.tell({ type: 'x', fail: true });
        await eventually('the restart', () => system.tree()[0]?.restarts === 1);
        expect(system.find('/vili/parent/child') === before).to.equal(keepChildren);
        expect(before?.tell({ type: 'hello' })).to.equal(keepChildren);
        expect(log.includes('stop child')).to.equal(!keepChildren);
      });
      expect(log.filter((line) => line === 'stop child')).to.have.length(keepChildren ? 1 : 2);
    }
  });

  it('finds room for new children after its kept ones have used up their budget', async () => {
    const log: string[] = [];
    await withPrompt(async ({ system }) => {
      const script: Script = {
        keepChildren: true,
        supervision: { max: 0 },
        start: async (self) => await spawnOnce(self, log),
      };
      await system.spawn(scripted('parent', log, script));
      system.find('/vili/parent/child')?.tell({ type: 'x', fail: true });
      await eventually('the restart', () => system.tree()[0]?.restarts === 1);
      expect(system.find('/vili/parent/child')?.tell({ type: 'hello' })).to.equal(true);
      await eventually('the new child', () => log.includes('child hello'));
    });
  });

  it('restarts a kept child also while its parent is in backoff', async () => {
    const log: string[] = [];
    await withWorld(
      async ({ system }) => {
        const start = async (self: Parameters<typeof spawnOnce>[0]) => await spawnOnce(self, log);
        const restarts = { max: Infinity, backoff: { minMs: 60_000, maxMs: 60_000 } };
        const parent = await system.spawn(
          scripted('parent', log, { keepChildren: true, start, restarts }),
        );
        const child = system.find('/vili/parent/child');
        parent.tell({ type: 'x', fail: true });
        await eventually('the backoff', () => system.tree()[0]?.status === 'backoff');
        child?.tell({ type: 'x', fail: true });
        await eventually('the child again', () => system.tree()[1]?.restarts === 1);
      },
      { supervision: { backoff: PROMPT } },
    );
  });
});

describe('a restart budget', () => {
  it('that is used up stops all children, then fails the supervisor, in the end the system', async () => {
    const log: string[] = [];
    await withWorld(
      async ({ system, fatal, typesOf }) => {
        const start = async (self: Parameters<typeof spawnOnce>[0]): Promise<void> => {
          await self.spawn(scripted('sibling', log));
          await spawnOnce(self, log);
        };
        const supervision = { max: 1, withinMs: 1000, backoff: PROMPT };
        await system.spawn(scripted('parent', log, { start, supervision }));
        for (let crash = 0; crash < 4; crash += 1) {
          const child = (): string | undefined =>
            system.tree().find((node) => node.path.endsWith('child'))?.status;
          await eventually('the child runs', () => child() === 'running');
          const seen = log.length;
          system.find('/vili/parent/child')?.tell({ type: 'x', fail: true });
          await eventually('the crash', () => log.length > seen);
        }
        await eventually('the end', () => fatal.length > 0);
        expect(fatal[0]).to.include({ code: 'VILI_RESTART_BUDGET', path: '/vili' });
        expect(fatal[0]).to.have.nested.property('cause.path', '/vili/parent');
        expect(fatal[0]).to.have.nested.property('cause.cause.message', 'child was told to fail');
        expect(typesOf('/vili/parent')).to.deep.equal([
          'crashed',
          'backoff',
          'restarted',
          'crashed',
          'gave-up',
        ]);
        expect(system.tree()).to.deep.equal([]);
        expect(log.filter((line) => line === 'stop sibling')).to.have.length(2);
      },
      { supervision: { max: 1, withinMs: 10_000, backoff: PROMPT } },
    );
  });

  it('of its own keeps a child from using up that of its siblings', async () => {
    const log: string[] = [];
    await withWorld(
      async ({ system, fatal }) => {
        const restarts = { max: 2 };
        const children = await Promise.all(
          ['a', 'b', 'c'].map((name) => system.spawn(scripted(name, log, { restarts }))),
        );
        for (const child of children) child.tell({ type: 'x', fail: true });
        for (const child of children) child.tell({ type: 'x', fail: true });
        await eventually('six restarts', () => restartsOf(system) === 6);
        expect(fatal).to.deep.equal([]);
      },
      { supervision: { max: 2, backoff: PROMPT } },
    );
  });

  it('may end only the child, as crashed for whoever watches it', async () => {
    const log: string[] = [];
    await withPrompt(async ({ system, fatal, typesOf }) => {
      const restarts = { max: 1, onExhausted: 'end' } as const;
      const child = await system.spawn(scripted('child', log, { restarts }));
      const other = await system.spawn(scripted('other', log));
      child.tell({ type: 'x', fail: true });
      child.tell({ type: 'x', fail: true });
      await eventually('its end', () => system.find('/vili/child') === undefined);
      expect(typesOf('/vili/child').at(-1)).to.equal('gave-up');
      expect(other.tell({ type: 'hello' })).to.equal(true);
      expect(fatal).to.deep.equal([]);
    });
  });

  it('without an end never gives up, and its pauses grow', async () => {
    const log: string[] = [];
    await withWorld(async ({ system, events, fatal }) => {
      const backoff = { minMs: 1, maxMs: 4, factor: 2, jitter: 0 };
      const child = await system.spawn(
        scripted('a', log, { restarts: { max: Infinity, backoff } }),
      );
      for (let n = 0; n < 12; n += 1) child.tell({ type: 'x', fail: true });
      await eventually('twelve restarts', () => restartsOf(system) === 12);
      const pauses = events.flatMap((event) => (event.type === 'backoff' ? [event.delayMs] : []));
      expect(pauses).to.deep.equal([1, 2, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4]);
      expect(fatal).to.deep.equal([]);
    });
  });

  it('starts at the shortest pause again after a quiet period', async () => {
    const log: string[] = [];
    await withWorld(async ({ system, events }) => {
      const backoff = { minMs: 1, maxMs: 100, factor: 10, jitter: 0 };
      const restarts = { backoff, quietMs: 15 };
      const child = await system.spawn(scripted('a', log, { restarts }));
      child.tell({ type: 'x', fail: true });
      child.tell({ type: 'x', fail: true });
      await eventually('two restarts', () => restartsOf(system) === 2);
      await new Promise((resolve) => setTimeout(resolve, 30));
      child.tell({ type: 'x', fail: true });
      await eventually('the third', () => restartsOf(system) === 3);
      const pauses = events.flatMap((event) => (event.type === 'backoff' ? [event.delayMs] : []));
      expect([pauses[0], pauses[2]]).to.deep.equal([1, 1]);
    });
  });

  it('that can never trip is refused when the child is spawned', async () => {
    await withWorld(async ({ system }) => {
      const own = scripted('a', [], { restarts: { max: 100 } });
      const ofChildren = scripted('a', [], { supervision: { withinMs: 1000 } });
      for (const spec of [own, ofChildren]) {
        expect(await rejection(system.spawn(spec))).to.include({ code: 'VILI_SUPERVISION' });
      }
      expect(system.tree()).to.deep.equal([]);
    });
  });
});

describe('a first start', () => {
  it('is tried again within the budget, and spawn resolves once it succeeded', async () => {
    const log: string[] = [];
    let attempts = 0;
    await withPrompt(async ({ system, typesOf }) => {
      const start = (): void => {
        attempts += 1;
        if (attempts < 3) throw new Error('not yet');
      };
      await system.spawn(scripted('a', log, { start }));
      expect(attempts).to.equal(3);
      expect(typesOf('/vili/a')).to.deep.equal(['crashed', 'backoff', 'crashed', 'backoff']);
      expect(system.tree()[0]).to.include({ status: 'running', incarnation: 3, restarts: 0 });
    });
    expect(log.filter((line) => line === 'stop a')).to.have.length(1);
  });

  it('that fails for good rejects with its cause and costs no sibling anything', async () => {
    const log: string[] = [];
    await withPrompt(async ({ system, fatal }) => {
      await system.spawn(scripted('sibling', log));
      const failed = await rejection(system.spawn(scripted('a', log, { start: neverStarts })));
      expect(failed).to.include({
        code: 'VILI_ACTOR_START_FAILED',
        message: '/vili/a did not start in 6 attempt(s)',
      });
      expect(failed).to.have.nested.property('cause.message', 'never starts');
      expect(system.tree().map((node) => node.path)).to.deep.equal(['/vili/sibling']);
      expect(fatal).to.deep.equal([]);
    });
  });

  it('that is stopped meanwhile rejects, and what it acquired is released', async () => {
    const log: string[] = [];
    const hold = gate();
    await withPrompt(async ({ system }) => {
      let aborted = false;
      const start = async (self: { signal: AbortSignal }): Promise<void> => {
        self.signal.addEventListener('abort', () => {
          aborted = true;
        });
        await hold.opened;
      };
      const outcome = rejection(system.spawn(scripted('a', log, { start })));
      await eventually('the start', () => log.length === 1);
      const stopped = system.stop(1000);
      await eventually('the signal', () => aborted);
      hold.open();
      await stopped;
      expect(await outcome).to.include({ code: 'VILI_ACTOR_STOPPED' });
      expect(log).to.deep.equal(['start a', 'stop a']);
    });
  });
});

// Private

interface ProcessTree extends World {
  readonly log: string[];
  readonly children: Readonly<Record<'a' | 'b' | 'c', Address<Order>>>;
}

async function withChildren(
  supervision: SupervisionOptions,
  use: (family: ProcessTree) => Promise<void>,
): Promise<void> {
  const log: string[] = [];
  await withWorld(
    async (world) => {
      const children = {
        a: await world.system.spawn(scripted('a', log)),
        b: await world.system.spawn(scripted('b', log)),
        c: await world.system.spawn(scripted('c', log)),
      };
      log.length = 0;
      await use({ ...world, log, children });
    },
    { supervision: { backoff: PROMPT, ...supervision } },
  );
}

async function withPrompt(use: (world: World) => Promise<void>): Promise<void> {
  await withWorld(use, { supervision: { backoff: PROMPT } });
}

async function spawnOnce(
  self: {
    child(name: string): Address<Order> | undefined;
    spawn(spec: ReturnType<typeof scripted>): Promise<Address<Order>>;
  },
  log: string[],
): Promise<void> {
  if (self.child('child') === undefined) await self.spawn(scripted('child', log));
}

function restartsOf(system: World['system']): number {
  return system.tree().reduce((sum, node) => sum + node.restarts, 0);
}

import { spawn } from 'node:child_process';
import { stat } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { type ActorEvent, ActorSystem, actorSpec } from '../../lib/actor/index.ts';
import { PROMPT } from './actor-world.ts';
import { DEFAULT_SETTINGS } from './default-settings.ts';
import { eventually } from './eventually.ts';

const FATAL_EXIT_CODE = 70;

/** The errors a handler can leave behind, each out of reach of a `try` around the handler. */
const strays: Readonly<Record<string, (fail: () => never) => unknown>> = {
  timer: (fail) => setTimeout(fail, 1),
  interval: (fail) => setInterval(fail, 1).unref(),
  immediate: (fail) => setImmediate(fail),
  nextTick: (fail) => process.nextTick(fail),
  'fs callback': (fail) => stat('/', fail),
  'child-process listener': (fail) => spawn(process.execPath, ['--version']).on('exit', fail),
  'child without listener': () => spawn('/no/such/program'),
  'floating promise': async (fail) => {
    await Promise.resolve();
    fail();
  },
  'socket without listener': () => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => connect(port, '127.0.0.1'));
    });
  },
};

/**
 * Run as a process of its own, because uncaught errors cannot be tried within mocha. Prints what
 * happened to each actor, and ends by itself while its actors live: they keep no process alive.
 */
async function main(): Promise<void> {
  const events: ActorEvent[] = [];
  const onEvent = (event: ActorEvent): unknown => events.push(event);
  const system = new ActorSystem({
    trace: DEFAULT_SETTINGS.trace,
    onFatal,
    onEvent,
    supervision: { backoff: PROMPT },
  });
  system.attachProcessHandlers(process);
  if (process.argv[2] === 'ownerless') {
    setTimeout(() => failAs('nobody'), 1);
    return;
  }
  for (const [name, leave] of Object.entries(strays)) await runStray(system, events, name, leave);
  const late = await runLate(system, events);
  const seen = Object.keys(strays).map((name) => [name, ofActor(events, name)]);
  console.log(
    JSON.stringify({ seen: Object.fromEntries(seen), late, alive: system.tree().length }),
  );
}

await main();

// Private

function onFatal(error: unknown): void {
  console.log(JSON.stringify({ fatal: String(error) }));
  process.exitCode = FATAL_EXIT_CODE;
}

function ofActor(events: readonly ActorEvent[], name: string): string[] {
  const own = events.filter((event) => event.path === `/vili/${name}`);
  return own.map((event) => ('during' in event ? `${event.type} ${event.during}` : event.type));
}

async function runStray(
  system: ActorSystem,
  events: readonly ActorEvent[],
  name: string,
  leave: (fail: () => never) => unknown,
): Promise<void> {
  const address = await system.spawn(
    actorSpec<null, null>({
      name,
      // A second error of the same incarnation (an interval fires again) must not count twice.
      restarts: { max: 1 },
      behaviour: () => ({
        start: () => null,
        handle() {
          leave(() => failAs(name));
          return null;
        },
      }),
    }),
  );
  address.tell(null);
  await eventually(`the restart after ${name}`, () => ofActor(events, name).includes('restarted'));
}

/** An error of an incarnation that has ended is reported, but crashes nobody. */
async function runLate(system: ActorSystem, events: readonly ActorEvent[]): Promise<string[]> {
  const address = await system.spawn(
    actorSpec<null, null>({
      name: 'late',
      behaviour: () => ({
        start: () => null,
        handle() {
          setTimeout(() => failAs('late'), 20);
          throw new Error('the handler itself');
        },
      }),
    }),
  );
  address.tell(null);
  await eventually('the late error', () => ofActor(events, 'late').includes('stray-error'));
  return ofActor(events, 'late');
}

function failAs(name: string): never {
  throw new Error(`left behind by ${name}`);
}

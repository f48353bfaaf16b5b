import * as nact from 'nact';
import { ActorSystem, type Address, actorSpec } from '../../lib/actor/index.ts';
import { DEFAULT_SETTINGS } from '../support/default-settings.ts';

const MESSAGES = 100_000;
const ROUNDS = 7;
const WARM_UP_ROUNDS = 2;

type Tick = { readonly type: 'tick'; readonly last: boolean };

// oxlint-disable-next-line typescript/no-generated-empty-object-type -- nact's Ref is an empty class
type Player = nact.Ref<number>;

/** One way to pass messages to one actor: `send` them all, resolved when the last is handled. */
interface Contender {
  readonly name: string;
  run(): Promise<void>;
}

/** CPU time is what another busy process on the machine does not change. */
interface Round {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
}

/**
 * Messages per second of the actor layer as it runs in production (trace, correlation ids, owner of
 * stray errors, budget, bounded mailbox) against bare nact, in turns within one process. A burst
 * queues all messages first; a ping-pong has one message on its way.
 */
async function main(): Promise<void> {
  const system = new ActorSystem({
    trace: DEFAULT_SETTINGS.trace,
    onFatal: (error) => console.error(error),
  });
  const nactSystem = nact.start();
  const contenders = [
    await layerBurst(system),
    nactBurst(nactSystem),
    await layerPingPong(system),
    nactPingPong(nactSystem),
  ];
  const rounds = new Map<string, Round[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    for (const contender of contenders) {
      const startedMs = performance.now();
      const startedCpu = process.cpuUsage();
      await contender.run();
      const perSecond = MESSAGES / ((performance.now() - startedMs) / 1000);
      const { user, system: kernel } = process.cpuUsage(startedCpu);
      const cpuMicroseconds = (user + kernel) / MESSAGES;
      if (round >= WARM_UP_ROUNDS) rounds.get(contender.name)?.push({ perSecond, cpuMicroseconds });
    }
  }
  const rows = [...rounds].map(([name, values]) => summary(name, values));
  console.table(Object.fromEntries(rows));
  await system.stop(1000);
  nact.stop(nactSystem);
}

await main();

// Private

function summary(name: string, rounds: readonly Round[]): [string, Record<string, number>] {
  const rates = rounds.map((round) => Math.round(round.perSecond)).toSorted((a, b) => a - b);
  const costs = rounds.map((round) => round.cpuMicroseconds).toSorted((a, b) => a - b);
  const row = {
    'median msg/s': middle(rates),
    slowest: rates[0] ?? 0,
    fastest: rates.at(-1) ?? 0,
    'median CPU µs each': Number(middle(costs).toFixed(2)),
  };
  return [name, row];
}

function middle(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

async function layerBurst(system: ActorSystem): Promise<Contender> {
  let done = notYet;
  const address = await system.spawn(
    actorSpec({
      name: 'burst',
      mailbox: { limit: MESSAGES, overflow: 'drop-new' },
      behaviour: () => ({
        start: () => 0,
        handle(count, message: Tick) {
          if (message.last) done();
          return count + 1;
        },
      }),
    }),
  );
  const run = async (): Promise<void> =>
    await new Promise<void>((resolve) => {
      done = resolve;
      for (let n = 1; n <= MESSAGES; n += 1) address.tell({ type: 'tick', last: n === MESSAGES });
    });
  return { name: 'layer, burst', run };
}

function nactBurst(system: nact.ActorSystemRef): Contender {
  let done = notYet;
  const count = (state: number, message: Tick): number => {
    if (message.last) done();
    return state + 1;
  };
  const actor = nact.spawn(system, count, 'burst', { initialState: 0 });
  const run = async (): Promise<void> =>
    await new Promise<void>((resolve) => {
      done = resolve;
      for (let n = 1; n <= MESSAGES; n += 1) {
        nact.dispatch(actor, { type: 'tick', last: n === MESSAGES });
      }
    });
  return { name: 'nact, burst', run };
}

async function layerPingPong(system: ActorSystem): Promise<Contender> {
  let done = notYet;
  const player = (name: string, other: () => Address<number>) =>
    actorSpec<number, null>({
      name,
      behaviour: () => ({
        start: () => null,
        handle(state, left, self) {
          if (left === 0) done();
          else self.send(other(), left - 1);
          return state;
        },
      }),
    });
  const players: Address<number>[] = [];
  const at = (index: number) => (): Address<number> => players[index] ?? failed();
  players.push(
    await system.spawn(player('ping', at(1))),
    await system.spawn(player('pong', at(0))),
  );
  const run = async (): Promise<void> =>
    await new Promise<void>((resolve) => {
      done = resolve;
      at(0)().tell(MESSAGES);
    });
  return { name: 'layer, ping-pong', run };
}

function nactPingPong(system: nact.ActorSystemRef): Contender {
  let done = notYet;
  const players: Player[] = [];
  const player = (name: string, other: number): Player => {
    const pass = (state: null, left: number): null => {
      const to = players[other] ?? failed();
      if (left === 0) done();
      else nact.dispatch(to, left - 1);
      return state;
    };
    return nact.spawn(system, pass, name, { initialState: null });
  };
  players.push(player('ping', 1), player('pong', 0));
  const run = async (): Promise<void> =>
    await new Promise<void>((resolve) => {
      done = resolve;
      nact.dispatch(players[0] ?? failed(), MESSAGES);
    });
  return { name: 'nact, ping-pong', run };
}

function notYet(): void {}

function failed(): never {
  throw new Error('no such player');
}

import * as nact from 'nact';
import { ActorSystem, actorSpec, type Address } from '../../lib/actor/index.ts';

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

/**
 * Messages per second of the actor layer as it runs in production (trace, correlation ids, owner of
 * stray errors, budget, bounded mailbox) against bare nact, in turns within one process. A burst
 * queues all messages first; a ping-pong has one message on its way.
 */
async function main(): Promise<void> {
  const system = new ActorSystem({ onFatal: (error) => console.error(error) });
  const nactSystem = nact.start();
  const contenders = [
    await layerBurst(system),
    nactBurst(nactSystem),
    await layerPingPong(system),
    nactPingPong(nactSystem),
  ];
  const rates = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    for (const contender of contenders) {
      const startedMs = performance.now();
      await contender.run();
      const perSecond = MESSAGES / ((performance.now() - startedMs) / 1000);
      if (round >= WARM_UP_ROUNDS) rates.get(contender.name)?.push(perSecond);
    }
  }
  const rows = [...rates].map(([name, values]) => summary(name, values));
  console.table(Object.fromEntries(rows));
  await system.stop(1000);
  nact.stop(nactSystem);
}

await main();

// Private

function summary(name: string, values: readonly number[]): [string, Record<string, number>] {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const median = Math.round(at(0.5));
  const microseconds = Number((1_000_000 / median).toFixed(2));
  const [slowest, fastest] = [Math.round(at(0)), Math.round(at(1))];
  return [name, { 'median msg/s': median, 'µs each': microseconds, slowest, fastest }];
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

import { expect } from 'chai';
import { type Address, actorSpec, type Strategy } from '../../../lib/actor/index.ts';
import { PROMPT, withWorld } from '../../support/actor-world.ts';
import { eventually } from '../../support/eventually.ts';

const ACTORS = 20;
const MESSAGES = 40_000;
/** Enough to fill some mailboxes now and then, not enough to drown in dead letters. */
const IN_FLIGHT = 900;
const CRASHES_PER_MILLE = 10;
const SEED = Number(process.env['VILI_SOAK_SEED'] ?? 20_260_101);

type Work = { readonly type: 'work'; readonly fate: number; readonly hops: number };

/** What all actors of one soak write into. */
interface Books {
  sent: number;
  refused: number;
  handled: number;
  crashes: number;
  starts: number;
  stops: number;
  overlaps: number;
}

describe(`an actor system under 40,000 messages with faults (seed ${SEED})`, () => {
  for (const strategy of ['one_for_one', 'rest_for_one', 'one_for_all'] as const) {
    it(`loses no message and never runs two handlers of one actor at once: ${strategy}`, async function () {
      this.timeout(60_000);
      const books = await soak(strategy, randomFrom(SEED));
      expect(books.crashes).to.be.greaterThan(200);
      expect(books.overlaps).to.equal(0);
      expect(books.handled + books.dead).to.equal(books.sent);
      expect(books.dead).to.be.greaterThan(0);
      expect(books.refused).to.be.at.most(books.dead);
      expect(books.live).to.equal(ACTORS);
      expect(books.starts, 'after the stop').to.equal(books.stops);
    });
  }
});

// Private

async function soak(
  strategy: Strategy,
  random: () => number,
): Promise<Books & { dead: number; live: number }> {
  const books: Books = {
    sent: 0,
    refused: 0,
    handled: 0,
    crashes: 0,
    starts: 0,
    stops: 0,
    overlaps: 0,
  };
  let dead = 0;
  let live = 0;
  const supervision = { strategy, max: Infinity, backoff: PROMPT };
  await withWorld(
    async ({ system, fatal }) => {
      const addresses: Address<Work>[] = [];
      for (let n = 0; n < ACTORS; n += 1) {
        addresses.push(await system.spawn(worker(`worker-${n}`, n % 2 === 0, books, addresses)));
      }
      while (books.sent < MESSAGES) {
        for (let burst = 0; burst < 100; burst += 1) {
          const to = addresses[Math.floor(random() * ACTORS)];
          const fate = Math.floor(random() * 1000);
          const hops = random() < 0.2 ? 1 : 0;
          send(to, { type: 'work', fate, hops }, books);
        }
        const waiting = () => books.sent - books.handled - system.deadLetters().total;
        do await new Promise((resolve) => setImmediate(resolve));
        while (waiting() > IN_FLIGHT);
      }
      const settled = () => books.handled + system.deadLetters().total === books.sent;
      const quiet = () => settled() && system.tree().every((node) => node.status === 'running');
      await eventually('all messages handled and all actors running', quiet);
      live = system.tree().length;
      dead = system.deadLetters().total;
      expect(books.starts - books.stops).to.equal(live);
      expect(fatal).to.deep.equal([]);
    },
    { supervision, random, deadLetters: { logged: 0 } },
  );
  return { ...books, dead, live };
}

function send(to: Address<Work> | undefined, work: Work, books: Books): void {
  books.sent += 1;
  if (to?.tell(work) !== true) books.refused += 1;
}

function worker(name: string, slow: boolean, books: Books, others: readonly Address<Work>[]) {
  let running = 0;
  const end = (work: Work): void => {
    running -= 1;
    books.handled += 1;
    if (work.fate >= CRASHES_PER_MILLE) return;
    books.crashes += 1;
    throw new Error(`fate ${work.fate}`);
  };
  return actorSpec<Work, number>({
    name,
    mailbox: { limit: 100, overflow: slow ? 'drop-old' : 'drop-new' },
    behaviour: () => ({
      async start(): Promise<number> {
        await Promise.resolve();
        books.starts += 1;
        return 0;
      },
      handle(count, work): number | Promise<number> {
        running += 1;
        if (running > 1) books.overlaps += 1;
        if (work.hops > 0) send(others[work.fate % ACTORS], { ...work, hops: 0 }, books);
        if (!slow) {
          end(work);
          return count + 1;
        }
        return pause(work.fate).then(() => {
          end(work);
          return count + 1;
        });
      },
      async stop(): Promise<void> {
        await Promise.resolve();
        books.stops += 1;
      },
    }),
  });
}

async function pause(fate: number): Promise<void> {
  if (fate % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
  else await Promise.resolve();
}

/** mulberry32: a small seeded generator, good enough to draw fates. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

import * as fc from 'fast-check';

/** A property over many cases, of which some run at once in front of the same proxy. */
export interface Property<Case, World> {
  readonly name: string;
  readonly cases: fc.Arbitrary<Case>;
  readonly perWorld: number;
  readonly atOnce: number;
  inWorld(use: (world: World) => Promise<void>): Promise<void>;
  /** For each case what is wrong, or null. */
  check(world: World, cases: readonly Case[]): Promise<readonly (string | null)[]>;
}

/** Any property, for lists of them. */
// biome-ignore lint: what a case is concerns only the property itself
export type AnyProperty = Property<any, any>;

export interface FuzzOptions {
  /** How many cases. */
  readonly cases: number;
  /** The first of the seeds: each world has its own, one above the last. */
  readonly seed: number;
  /** Called after each world. */
  readonly onProgress?: (done: number) => void;
}

/** The number of cases that specs are asked for, or this many. */
export function casesOr(usual: number): number {
  return Number(process.env['VILI_FUZZ_CASES'] ?? usual);
}

/** Runs a property; throws with the seed and the smallest case that is found. */
export async function fuzz<Case, World>(
  property: Property<Case, World>,
  { cases, seed, onProgress }: FuzzOptions,
): Promise<void> {
  for (let done = 0, round = 0; done < cases; round++) {
    const numRuns = Math.min(property.perWorld, cases - done);
    await oneWorld(property, seed + round, numRuns);
    done += numRuns;
    onProgress?.(done);
  }
}

/** A seed for a run that nobody asked to repeat. */
export function freshSeed(): number {
  return Date.now() % 2 ** 30;
}

// Private

async function oneWorld<Case, World>(
  property: Property<Case, World>,
  seed: number,
  numRuns: number,
): Promise<void> {
  const { name, atOnce } = property;
  const all = fc.sample(property.cases, { seed, numRuns });
  const under: Case[] = [];
  const onThrow = (error: Error): void => {
    process.stderr.write(`${name}, seed ${seed}: thrown beside ${JSON.stringify(under)}\n`);
    throw error;
  };
  process.prependListener('uncaughtExceptionMonitor', onThrow);
  try {
    let failure: { at: number; problem: string } | null = null;
    const run = async (world: World): Promise<void> => {
      for (let at = 0; at < all.length && failure === null; at += atOnce) {
        under.splice(0, under.length, ...all.slice(at, at + atOnce));
        const problems = await property.check(world, under);
        const wrong = problems.findIndex((problem) => problem !== null);
        if (wrong >= 0) failure = { at: at + wrong, problem: problems[wrong] ?? '' };
      }
    };
    await property.inWorld(run);
    if (failure !== null) await explain(property, seed, all, failure);
  } finally {
    process.off('uncaughtExceptionMonitor', onThrow);
  }
}

/** Looks for the smallest case that fails alone, and throws. */
async function explain<Case, World>(
  property: Property<Case, World>,
  seed: number,
  all: readonly Case[],
  { at, problem }: { at: number; problem: string },
): Promise<never> {
  const alone = fc.asyncProperty(property.cases, async (one) => {
    await property.inWorld(async (world) => {
      const [wrong] = await property.check(world, [one]);
      if (wrong !== null && wrong !== undefined) throw new Error(wrong);
    });
  });
  // Another one of those that ran at the same time may be to blame.
  const from = at - (at % property.atOnce);
  const suspects = all.slice(from, from + property.atOnce).map((_, more) => from + more);
  for (const suspect of [at, ...suspects]) {
    await fc.assert(alone, { seed, path: String(suspect), numRuns: 1 });
  }
  const text = `${property.name}, seed ${seed}, case ${at}: ${problem}`;
  throw new Error(`${text}; alone it holds: ${JSON.stringify(all[at])}`);
}

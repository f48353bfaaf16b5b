import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { messageOf } from '../../lib/errors.ts';
import { PROPERTIES } from '../support/fuzz/list.ts';
import { freshSeed, fuzz } from '../support/fuzz/property.ts';

/**
 * The properties of the users' path over very many cases: `npm run soak:fuzz -- [--only desync,names] [--cases N]
 * [--seed N] [--workers N]`. Without `--cases` each has its own number. To run it in pieces, begin each with the
 * seed that is printed at the end of the last one; to repeat a failure, run its property with its seed.
 */
const PROGRESS_MS = 15_000;
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: [...PROPERTIES.keys()].join(',') },
    cases: { type: 'string' },
    seed: { type: 'string', default: String(freshSeed()) },
    workers: { type: 'string', default: '2' },
    /** Which of the workers this process is. */
    worker: { type: 'string' },
  },
});

interface Piece {
  readonly done: number;
  readonly problem: string | null;
}

const workers = Number(values.workers);
let seed = Number(values.seed);
for (const key of values.only.split(',')) {
  const entry = PROPERTIES.get(key);
  if (entry === undefined)
    throw new Error(`--only ${key}: there are ${[...PROPERTIES.keys()].join(', ')}`);
  const share = Math.ceil(Number(values.cases ?? entry.cases) / workers);
  const seeds = Math.ceil(share / entry.property.perWorld);
  if (values.worker === undefined) await spread(key, share, seeds);
  else await work(key, share, seed + Number(values.worker) * seeds);
  seed += workers * seeds;
}
if (values.worker === undefined) process.stdout.write(`next seed: ${seed}\n`);
else process.disconnect();

// Private

/** Runs one property in several processes. */
async function spread(key: string, share: number, seeds: number): Promise<void> {
  const began = performance.now();
  const pieces: Piece[] = [];
  const told = (): string => {
    const done = pieces.reduce((sum, piece) => sum + piece.done, 0);
    const perSecond = Math.round((done * 1000) / (performance.now() - began));
    return `${key}: ${done} of ${share * workers} cases, ${perSecond}/s\n`;
  };
  const timer = setInterval(() => process.stdout.write(`  ${told()}`), PROGRESS_MS);
  process.stdout.write(`${key}: seeds ${seed} to ${seed + workers * seeds - 1}\n`);
  await Promise.all(
    Array.from({ length: workers }, async (_, worker) => {
      const options = ['--only', key, '--cases', String(share * workers), '--seed', String(seed)];
      const child = fork(fileURLToPath(import.meta.url), [
        ...options,
        '--workers',
        String(workers),
        '--worker',
        String(worker),
      ]);
      child.on('message', (piece: Piece) => {
        pieces[worker] = piece;
        if (piece.problem !== null) process.stdout.write(`FAILED ${piece.problem}\n`);
      });
      const [code] = (await once(child, 'exit')) as [number | null];
      if (code !== 0) process.exitCode = 1;
    }),
  );
  clearInterval(timer);
  process.stdout.write(told());
}

/** Runs a part of one property, and tells the parent. */
async function work(key: string, cases: number, first: number): Promise<void> {
  const property = PROPERTIES.get(key)?.property;
  let done = 0;
  const report = (problem: string | null): void =>
    void process.send?.({ done, problem } satisfies Piece);
  try {
    if (property === undefined) throw new Error(`no property ${key}`);
    await fuzz(property, {
      cases,
      seed: first,
      onProgress: (now) => {
        done = now;
        report(null);
      },
    });
  } catch (error) {
    const cause = error instanceof Error ? messageOf(error.cause ?? '') : '';
    report(`${messageOf(error)} ${cause}`);
    process.exitCode = 1;
  }
}

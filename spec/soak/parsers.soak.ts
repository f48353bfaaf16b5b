import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { messageOf } from '../../lib/errors.ts';
import { freshSeed } from '../support/fuzz/property.ts';
import { PARSERS } from '../support/parsers/list.ts';
import { fuzzParser } from '../support/parsers/parser.ts';

/**
 * Every parser of outside input over very many inputs: `npm run soak:parsers -- [--cases 100000] [--only env,yaml]
 * [--seed N]`. A failure names the seed that repeats it.
 */
const PROGRESS_MS = 15_000;
/** Longer than any input takes on a busy host: a parser that is silent hangs. */
const SILENCE_MAX_MS = 120_000;

/** What a thread is to do, and what it says. */
interface Job {
  readonly key: string;
  readonly cases: number;
  readonly seed: number;
}
type Said = { readonly done: number } | { readonly problem: string };

if (isMainThread) await main();
else await work(workerData as Job);

// Private

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cases: { type: 'string', default: '100000' },
      only: { type: 'string', default: [...PARSERS.keys()].join(',') },
      seed: { type: 'string', default: String(freshSeed()) },
    },
  });
  for (const key of values.only.split(',')) {
    if (!PARSERS.has(key))
      throw new Error(`--only ${key}: there are ${[...PARSERS.keys()].join()}`);
    const job = { key, cases: Number(values.cases), seed: Number(values.seed) };
    const problem = await inThread(job);
    if (problem !== null) process.exitCode = 1;
    const name = PARSERS.get(key)?.name;
    process.stdout.write(problem === null ? `ok ${key}: ${name}\n` : `FAILED ${key}: ${problem}\n`);
  }
  process.stdout.write(`seed ${values.seed}\n`);
}

/** In a thread of its own, so that a parser that never returns is noticed. Resolves to what is wrong, or null. */
function inThread(job: Job): Promise<string | null> {
  const worker = new Worker(new URL(import.meta.url), { workerData: job });
  let done = 0;
  let heardMs = performance.now();
  let toldMs = heardMs;
  return new Promise((resolve) => {
    const watch = setInterval(() => {
      const nowMs = performance.now();
      if (nowMs - toldMs > PROGRESS_MS) {
        process.stdout.write(`  ${job.key}: ${done} of ${job.cases}\n`);
        toldMs = nowMs;
      }
      if (nowMs - heardMs > SILENCE_MAX_MS) end(`hangs after ${done} cases, seed ${job.seed}`);
    }, 1000);
    const end = (problem: string | null): void => {
      clearInterval(watch);
      void worker.terminate().then(() => resolve(problem));
    };
    worker.on('message', (said: Said) => {
      if ('problem' in said) return end(said.problem);
      done = said.done;
      heardMs = performance.now();
      if (done === job.cases) end(null);
    });
    worker.on('error', (error) => end(`seed ${job.seed}: ${messageOf(error)}`));
  });
}

async function work({ key, cases, seed }: Job): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('this is no thread');
  const say = (said: Said): void => port.postMessage(said);
  const parser = PARSERS.get(key);
  try {
    if (parser === undefined) throw new Error(`no parser ${key}`);
    // The last one is told when all is done.
    const onProgress = (done: number): void => say({ done: Math.min(done, cases - 1) });
    await fuzzParser(parser, { cases, seed, onProgress });
    say({ done: cases });
  } catch (error) {
    say({ problem: messageOf(error) });
  }
}

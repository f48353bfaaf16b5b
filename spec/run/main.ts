/**
 * `npm test`: all specs, some of them two at a time, with one summary at the end. With words behind it, as in
 * `npm test -- dist/spec/config/load.spec.js`, mocha gets these instead.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { planOf } from './beside.ts';
import { failuresOf, type Outcome, outcomeText } from './outcome.ts';
import { type PartOptions, runPart } from './part.ts';
import { filesToTryAgain } from './second-try.ts';

/** From dist/spec/run to the project, and to the compiled specs. */
const FOLDER = fileURLToPath(new URL('../../../', import.meta.url));
const SPECS = fileURLToPath(new URL('../', import.meta.url));
const ENDING = '.spec.js';
const LANES = 2;

const words = process.argv.slice(2);
process.exitCode = words.length > 0 ? await asTold() : await all();

// Private

async function asTold(): Promise<number> {
  const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');
  const child = spawn(process.execPath, [mocha, ...words], { cwd: FOLDER, stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

async function all(): Promise<number> {
  const startMs = performance.now();
  const found = await readdir(SPECS, { recursive: true });
  const names = found.flatMap((name) =>
    name.endsWith(ENDING) ? [name.slice(0, -ENDING.length)] : [],
  );
  const { beside, alone } = planOf(names.toSorted());
  const outcomes: Outcome[] = [];
  const next = beside.values();
  // Both take from the same list.
  const work = async (lane: number): Promise<void> => {
    for (const part of next) outcomes.push(await run(part.map(fileOf), lane, print));
  };
  await Promise.all(Array.from({ length: LANES }, (_, lane) => work(lane)));
  outcomes.push(await run(alone.map(fileOf), 0, null));
  const first: Outcome = Object.assign({}, ...outcomes);
  const again = filesToTryAgain(first);
  for (const file of again) {
    process.stdout.write(`\n  Tried again: ${file}\n`);
    outcomes.push(await run([file], 0, null));
  }
  const last: Outcome = Object.assign({}, ...outcomes);
  process.stdout.write(outcomeText(last, again.length, performance.now() - startMs));
  return failuresOf(last).length > 0 ? 1 : 0;
}

function fileOf(name: string): string {
  return relative(FOLDER, join(SPECS, `${name}${ENDING}`));
}

function run(files: readonly string[], lane: number, onText: PartOptions['onText']) {
  return runPart({ folder: FOLDER, files, lane, onText });
}

function print(text: Buffer): void {
  process.stdout.write(text);
}

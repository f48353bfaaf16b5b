import * as fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { codeOf, messageOf } from '../../../lib/errors.ts';
import { withTempFolder } from '../temp-folder.ts';

/** One parser of outside input, and what it may do with any. */
export interface Parser<Input> {
  readonly name: string;
  readonly inputs: fc.Arbitrary<Input>;
  /** Parses, in an empty folder of its own, and throws `WrongResult` for what must not come of it. */
  readonly parse: (input: Input, folder: string) => unknown;
  /** Whether it may throw this error; by default it throws none. */
  readonly mayThrow?: (error: Error) => boolean;
}

/** Any parser, for lists of them. */
// biome-ignore lint: what an input is concerns only the parser itself
export type AnyParser = Parser<any>;

/** The result of a parser is not what it may be. */
export class WrongResult extends Error {}

/** Of a message: what is wrong with megabytes is told in a sentence or two. */
const MESSAGE_MAX = 4000;
/** Processor time that any input of the sizes here may take; what grows with the square of its length takes 14 s and more. */
const INPUT_MAX_MS = 10_000;
/** A measurement that other work on the host spoils is repeated. */
const TRIES = 3;
const CASES_PER_TURN = 500;

export interface ParserRun {
  readonly cases: number;
  readonly seed: number;
  /** Called now and then. */
  readonly onProgress?: (done: number) => void;
}

/** Throws with the seed and the smallest input that is found. */
export function fuzzParser(parser: AnyParser, run: ParserRun): Promise<void> {
  return withTempFolder((folder) => fuzzIn(folder, parser, run));
}
/** Whether it is an error of Vili with one of these codes. */
export function hasCode(...codes: readonly string[]): (error: Error) => boolean {
  return (error) => codes.includes(codeOf(error) ?? '');
}

/** Throws `WrongResult` unless it is so. */
export function must(isRight: boolean, rule: string): void {
  if (!isRight) throw new WrongResult(rule);
}

/** Throws `WrongResult` unless both are the same. */
export function mustEqual(left: unknown, right: unknown, rule: string): void {
  if (isDeepStrictEqual(left, right)) return;
  throw new WrongResult(`${rule}: ${JSON.stringify(left)} is not ${JSON.stringify(right)}`);
}

// Private

type Trial = Pick<AnyParser, 'parse' | 'mayThrow'>;

async function fuzzIn(
  folder: string,
  { name, inputs, ...parser }: AnyParser,
  { cases, seed, onProgress }: ParserRun,
): Promise<void> {
  let done = 0;
  const property = fc.asyncProperty(inputs, async (input) => {
    done += 1;
    if (done % CASES_PER_TURN === 0) {
      onProgress?.(done);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await tryInput(parser, input, folder);
  });
  try {
    await fc.assert(property, { numRuns: cases, seed });
  } catch (error) {
    const cause = error instanceof Error ? messageOf(error.cause ?? '') : '';
    throw new Error(`${name}, seed ${seed}: ${messageOf(error)} ${cause}`, { cause: error });
  }
}

async function tryInput(parser: Trial, input: unknown, folder: string): Promise<void> {
  let leastMs = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < TRIES && leastMs > INPUT_MAX_MS; tries++) {
    const before = process.cpuUsage();
    const startMs = performance.now();
    await parseOnce(parser, input, folder);
    const wallMs = performance.now() - startMs;
    const { user, system } = process.cpuUsage(before);
    leastMs = Math.min(leastMs, wallMs, (user + system) / 1000);
  }
  must(leastMs <= INPUT_MAX_MS, `it takes ${Math.round(leastMs)} ms of processor time`);
}

async function parseOnce(
  { parse, mayThrow }: Trial,
  input: unknown,
  folder: string,
): Promise<void> {
  try {
    await parse(input, folder);
  } catch (error) {
    if (error instanceof WrongResult) throw error;
    if (!(error instanceof Error) || mayThrow?.(error) !== true) {
      throw new WrongResult(`it throws ${error instanceof Error ? error.stack : String(error)}`);
    }
    const { message } = error;
    must(message.trim() !== '', 'its error says nothing');
    must(message.length <= MESSAGE_MAX, `its error has ${message.length} characters`);
  }
}

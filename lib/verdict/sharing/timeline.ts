import { readCount, readList, readValue } from '../evidence/checkpoint.ts';

/** The finest distance of two blocks, ms of the test. */
export const STEP_MS = 5000;
/** A block joins its neighbour once both are older than so many times their common width. */
const AGE = 3;
/** Steps of a test, 5 years: keeps a broken clock out. */
const MOST_STEPS = 31_536_000;
/** More than there can ever be: three or four of each width. */
export const MAX_BLOCKS = 120;

/** What was counted between two moments of the test. */
export interface Block {
  /** When it begins, in steps since the start of the test. */
  readonly start: number;
  misses: number;
  hits: number;
  /** The sum of -ln(null rate) over its hits, where that rate changes. */
  surprise: number;
}

/**
 * Hits and misses by time of the test, finer for what is recent, so that tests of several hosts can be added up.
 * Blocks are powers of two of the step, and where they end follows from the time alone: every block of a
 * younger test lies within one block of an older one.
 */
export class Timeline {
  #blocks: Block[] = [];
  #step = 0;

  /** The latest step. */
  get step(): number {
    return this.#step;
  }

  blocks(): readonly Block[] {
    return this.#blocks;
  }

  note(atMs: number, isHit: boolean, surprise = 0): void {
    this.advance(Math.floor(atMs / STEP_MS));
    let last = this.#blocks.at(-1);
    if (last?.start !== this.#step) {
      last = { start: this.#step, misses: 0, hits: 0, surprise: 0 };
      this.#blocks.push(last);
    }
    if (isHit) {
      last.hits++;
      last.surprise += surprise;
    } else last.misses++;
  }

  /** Time has passed: what is old is kept more coarsely. */
  advance(step: number): void {
    const now = Math.min(MOST_STEPS, step);
    if (now <= this.#step) return;
    this.#step = now;
    this.#blocks = joined(this.#blocks, now);
  }

  /** Takes in what another one counted. */
  add(blocks: readonly Block[], step: number): void {
    this.advance(step);
    this.#blocks = joined([...this.#blocks, ...blocks], this.#step);
  }

  checkpoint(): unknown {
    const list = this.#blocks.map((one) => [one.start, one.misses, one.hits, one.surprise]);
    return [this.#step, ...list];
  }

  restore(data: unknown, where: string): void {
    const [step, ...list] = readList(data, where, MAX_BLOCKS + 1);
    this.#step = Math.min(MOST_STEPS, readCount(step, `${where}[0]`));
    this.#blocks = list.map((one, index) => readBlock(one, `${where}[${index + 1}]`));
  }
}

/** Blocks of the same place added up, as a test of so many steps keeps them. */
export function joined(blocks: readonly Block[], step: number): Block[] {
  const found = new Map<number, Block>();
  for (const { start, misses, hits, surprise } of blocks) {
    const at = blockStart(Math.min(start, step), step);
    const block = found.get(at) ?? { start: at, misses: 0, hits: 0, surprise: 0 };
    block.misses += misses;
    block.hits += hits;
    block.surprise += surprise;
    found.set(at, block);
  }
  return [...found.values()].sort((left, right) => left.start - right.start);
}

/** How many steps the block is long that begins there. */
export function blockWidth(start: number, step: number): number {
  let width = 1;
  for (;;) {
    const wider = 2 * width;
    const end = Math.floor(start / wider) * wider + wider;
    if (step - end < AGE * wider) return width;
    width = wider;
  }
}

/** Where the block begins that a moment lies in. */
export function blockStart(moment: number, step: number): number {
  const width = blockWidth(moment, step);
  return Math.floor(moment / width) * width;
}

// Private

function readBlock(data: unknown, where: string): Block {
  const [start, misses, hits, surprise] = readList(data, where, 4);
  return {
    start: readCount(start, `${where}[0]`),
    misses: readCount(misses, `${where}[1]`),
    hits: readValue(hits, `${where}[2]`),
    surprise: readValue(surprise, `${where}[3]`),
  };
}

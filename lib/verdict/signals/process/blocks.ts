import type { InstanceUsage } from '../../../model/servlet-facts.ts';
import { readList, readRecord, readText, readValue } from '../../evidence/checkpoint.ts';
import { medianOf } from './trend.ts';

/** So many blocks are kept; then two by two become one, so that a test of days fits too. */
const MAX_BLOCKS = 120;
/** Samples in one block: far more than are ever taken. */
const MAX_SAMPLES = 64;
const FIELDS = ['memory', 'threads', 'files', 'cpuMs', 'requests'] as const;

/** What one side took in the time of a block: levels are medians, the last two are sums. */
export type SideBlock = Record<(typeof FIELDS)[number], number>;

export interface Block {
  /** ms since the start of the test. */
  readonly endMs: number;
  /** The time of its sums. */
  readonly spanMs: number;
  readonly running: SideBlock;
  readonly testing: SideBlock;
}

/** Both sides at one moment, and what they responded to since the last sample. */
export interface ProcessObservation {
  /** ms since the start of the test. */
  readonly atMs: number;
  readonly running: InstanceUsage;
  readonly testing: InstanceUsage;
  readonly runningRequests: number;
  readonly testingRequests: number;
}

/**
 * The curves of both sides in bounded memory: the medians of blocks, which a single collection of garbage or a burst
 * of requests does not move. They begin anew with each instance of testing.
 */
export class Blocks {
  /** Oldest first. */
  list: Block[] = [];
  /** When the present instance of testing was first seen. */
  sinceMs = 0;
  latest: ProcessObservation | null = null;
  #testing = '';
  /** How many blocks as they come in make one that is kept. */
  #width = 1;
  #pending: Block[] = [];
  #samples: ProcessObservation[] = [];
  #index = 0;
  #sums = newSums();

  /** Takes in a sample; returns the block that ended before it, or null. */
  add(sample: ProcessObservation, blockMs: number): Block | null {
    const { latest } = this;
    const identity = `${sample.testing.instance} ${sample.testing.usage.measure}`;
    if (identity !== this.#testing) this.#begin(identity, sample);
    const index = Math.floor((sample.atMs - this.sinceMs) / blockMs);
    const ended = index === this.#index ? null : this.#close();
    this.#index = index;
    if (latest !== null) this.#sum(latest, sample);
    if (this.#samples.length < MAX_SAMPLES) this.#samples.push(sample);
    this.latest = sample;
    return ended;
  }

  checkpoint(): unknown {
    const blocks = this.list.map(({ endMs, spanMs, running, testing }) => [
      endMs,
      spanMs,
      ...FIELDS.map((field) => running[field]),
      ...FIELDS.map((field) => testing[field]),
    ]);
    return { testing: this.#testing, sinceMs: this.sinceMs, width: this.#width, blocks };
  }

  restore(data: unknown, where: string): void {
    const record = readRecord(data, where);
    this.#testing = readText(record['testing'], `${where}.testing`);
    this.sinceMs = readValue(record['sinceMs'], `${where}.sinceMs`);
    this.#width = Math.max(1, readValue(record['width'], `${where}.width`));
    this.list = readList(record['blocks'], `${where}.blocks`, MAX_BLOCKS).map((one, index) =>
      readBlock(one, `${where}.blocks[${index}]`),
    );
  }

  // Private

  #begin(identity: string, sample: ProcessObservation): void {
    this.#testing = identity;
    this.sinceMs = sample.atMs;
    this.list = [];
    this.#width = 1;
    this.#pending = [];
    this.#samples = [];
    this.#sums = newSums();
    this.#index = 0;
  }

  /** Processor time and requests between two samples of the same instances. */
  #sum(before: ProcessObservation, { running, testing, ...sample }: ProcessObservation): void {
    if (before.running.instance !== running.instance) return;
    if (before.testing.instance !== testing.instance) return;
    const sums = this.#sums;
    sums.spanMs += Math.max(0, sample.atMs - before.atMs);
    // A child whose parent did not wait for it takes its time with it.
    sums.running += Math.max(0, running.usage.cpuMs - before.running.usage.cpuMs);
    sums.testing += Math.max(0, testing.usage.cpuMs - before.testing.usage.cpuMs);
    sums.runningRequests += sample.runningRequests;
    sums.testingRequests += sample.testingRequests;
  }

  #close(): Block | null {
    const samples = this.#samples;
    const last = samples.at(-1);
    if (last === undefined) return null;
    const { spanMs, ...sums } = this.#sums;
    const block = {
      endMs: last.atMs,
      spanMs,
      running: sideOf(samples, 'running', sums.running, sums.runningRequests),
      testing: sideOf(samples, 'testing', sums.testing, sums.testingRequests),
    };
    this.#samples = [];
    this.#sums = newSums();
    this.#keep(block);
    return block;
  }

  #keep(block: Block): void {
    this.#pending.push(block);
    if (this.#pending.length < this.#width) return;
    this.list.push(merged(this.#pending));
    this.#pending = [];
    if (this.list.length < MAX_BLOCKS) return;
    const pairs = Array.from({ length: MAX_BLOCKS / 2 }, (_, index) => 2 * index);
    this.list = pairs.map((index) => merged(this.list.slice(index, index + 2)));
    this.#width *= 2;
  }
}

/** Several blocks as one: the mean of the levels, the sum of the rest. */
export function merged(blocks: readonly Block[]): Block {
  const sum = (valueOf: (block: Block) => number): number =>
    blocks.reduce((total, block) => total + valueOf(block), 0);
  const side = (name: 'running' | 'testing'): SideBlock => {
    const mean = (field: keyof SideBlock): number =>
      sum((block) => block[name][field]) / Math.max(1, blocks.length);
    return {
      memory: mean('memory'),
      threads: mean('threads'),
      files: mean('files'),
      cpuMs: sum((block) => block[name].cpuMs),
      requests: sum((block) => block[name].requests),
    };
  };
  return {
    endMs: blocks.at(-1)?.endMs ?? 0,
    spanMs: sum(({ spanMs }) => spanMs),
    running: side('running'),
    testing: side('testing'),
  };
}

// Private

function newSums() {
  return { spanMs: 0, running: 0, testing: 0, runningRequests: 0, testingRequests: 0 };
}

function sideOf(
  samples: readonly ProcessObservation[],
  side: 'running' | 'testing',
  cpuMs: number,
  requests: number,
): SideBlock {
  const usages = samples.map((sample) => sample[side].usage);
  return {
    memory: medianOf(usages.map(({ memoryBytes }) => memoryBytes)),
    threads: medianOf(usages.map(({ threads }) => threads)),
    files: medianOf(usages.map(({ files }) => files)),
    cpuMs,
    requests,
  };
}

function readBlock(data: unknown, where: string): Block {
  const numbers = readList(data, where, 2 + 2 * FIELDS.length).map((one) => readValue(one, where));
  const side = (from: number): SideBlock => {
    const [memory = 0, threads = 0, files = 0, cpuMs = 0, requests = 0] = numbers.slice(from);
    return { memory, threads, files, cpuMs, requests };
  };
  const [endMs = 0, spanMs = 0] = numbers;
  return { endMs, spanMs, running: side(2), testing: side(2 + FIELDS.length) };
}

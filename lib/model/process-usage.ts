/** What the processes of one servlet take from their host at one moment, all of them together. */
export interface ProcessUsage {
  /** Proportional set size with what was swapped out: pages shared by several processes count in parts. */
  readonly memoryBytes: number;
  /** `rss` where the kernel does not tell the proportional size: shared pages count in each process. */
  readonly measure: 'pss' | 'rss';
  /** Processor time since they began, children that have ended included. */
  readonly cpuMs: number;
  readonly threads: number;
  readonly files: number;
}

/** Both sides of a test at the same moment. */
export interface ProcessSample {
  /** When, on a steady clock. */
  readonly atMs: number;
  readonly running: InstanceUsage | null;
  readonly testing: InstanceUsage | null;
}

/** With the instance it belongs to: another instance of the same version begins at zero. */
export interface InstanceUsage {
  readonly instance: string;
  readonly usage: ProcessUsage;
}

/** What may grow without end. */
export const RESOURCES = ['memory', 'threads', 'files'] as const;
export type Resource = (typeof RESOURCES)[number];
export type Levels = Record<Resource, number>;

export function levelsOf({ memoryBytes: memory, threads, files }: ProcessUsage): Levels {
  return { memory, threads, files };
}

import { type Levels, RESOURCES } from '../../../model/servlet-facts.ts';
import { type Evidence, TotalsPart } from '../../evidence/evidence.ts';
import type { VerdictSettings } from '../../settings.ts';
import { type Block, Blocks } from './blocks.ts';

/** Blocks and samples in the shortest time of a test: enough to see a trend by then. */
const BLOCKS_IN_TEST = 20;
const SAMPLES_IN_TEST = 60;
const BLOCK_MS = { least: 500, most: 15_000 };
const SAMPLE_MS = { least: 250, most: 5000 };
/** The first part of a process's life, when memory grows in any version: this share of a test at most. */
const WARMUP_PART = 5;

/** The curves of both sides, which the signals of this folder share. */
const totalsPart = new TotalsPart(() => ({
  processCurve: new Blocks(),
  /** Running's largest levels, from before the test on. */
  processPeaks: { memory: 0, threads: 0, files: 0 },
}));

export function curveOf(evidence: Evidence): Blocks {
  return totalsPart.of(evidence).processCurve;
}

export function peaksOf(evidence: Evidence): Levels {
  return totalsPart.of(evidence).processPeaks;
}

/** Running was at these levels. */
export function notePeaks(evidence: Evidence, levels: Levels): void {
  const peaks = peaksOf(evidence);
  for (const resource of RESOURCES) peaks[resource] = Math.max(peaks[resource], levels[resource]);
}

/** The blocks that are judged. */
export function judgedBlocks(evidence: Evidence, settings: VerdictSettings): readonly Block[] {
  const { list, sinceMs } = curveOf(evidence);
  const fromMs = sinceMs + processWarmupMs(settings) + blockMs(settings);
  return list.filter(({ endMs }) => endMs >= fromMs);
}

export function blockMs({ minTimeMs }: VerdictSettings): number {
  return clamp(minTimeMs / BLOCKS_IN_TEST, BLOCK_MS);
}

/** How often both sides are sampled during a test. */
export function sampleMs({ minTimeMs }: VerdictSettings): number {
  return clamp(minTimeMs / SAMPLES_IN_TEST, SAMPLE_MS);
}

/** The time after testing's start that is not judged. */
function processWarmupMs({ warmupTimeMs, minTimeMs }: VerdictSettings): number {
  return Math.min(warmupTimeMs, minTimeMs / WARMUP_PART);
}

// Private

function clamp(ms: number, { least, most }: { readonly least: number; readonly most: number }) {
  return Math.min(most, Math.max(least, ms));
}

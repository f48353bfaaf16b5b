import type { DecisionContext } from '../../decision/context.ts';
import type { ProcessObservation } from './blocks.ts';
import { observeCpu } from './cpu.ts';
import { blockMs, curveOf, notePeaks } from './curve.ts';
import { observeGrowth } from './growth.ts';

/** Takes in what the processes of both sides take; the signals are asked when a block is complete. */
export function observeProcesses(context: DecisionContext, sample: ProcessObservation): void {
  const { evidence, settings } = context;
  const block = curveOf(evidence).add(sample, blockMs(settings));
  if (block === null) return;
  notePeaks(evidence, block.running);
  observeGrowth(context);
  observeCpu(context);
}

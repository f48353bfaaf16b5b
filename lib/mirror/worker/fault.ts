import { ViliError } from '../../errors.ts';
import type { Fault } from '../wire/protocol.ts';

/** Breaks the thread it runs in, on purpose. */
export function causeFault(fault: Fault): void {
  switch (fault) {
    case 'stall':
      stall();
      break;
    case 'throw':
      throw new ViliError('VILI_FAR_SIDE_FAULT', 'far side fault: thrown on request');
    case 'exit':
      // In a worker thread this ends the thread only.
      process.exit(3);
      break;
    case 'memory':
      exhaustMemory();
      break;
  }
}

// Private

function stall(): never {
  for (;;) Math.sqrt(2);
}

function exhaustMemory(): never {
  const hoard: number[][] = [];
  for (;;) hoard.push(Array.from({ length: 1000 }, (_, index) => index));
}

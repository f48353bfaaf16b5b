import { ViliError } from '../../errors.ts';
import type { Fault } from '../wire/protocol.ts';

/** Breaks the calling thread, on purpose. */
export function injectFault(fault: Fault): void {
  switch (fault) {
    case 'stall':
      for (;;) Math.sqrt(2);
    case 'throw':
      throw new ViliError('VILI_FAR_SIDE_FAULT', 'mirror worker: injected fault');
    case 'exit':
      // In a worker thread this ends the thread only.
      return process.exit(3);
    case 'memory':
      exhaustMemory();
  }
}

// Private

function exhaustMemory(): never {
  const hoard: number[][] = [];
  for (;;) hoard.push(Array.from({ length: 1000 }, (_, index) => index));
}

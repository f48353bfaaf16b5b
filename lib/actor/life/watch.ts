import { ViliError } from '../../errors.ts';
import type { Cell } from './cell.ts';
import type { Incarnation } from './incarnation.ts';

/** How an actor ended for good. */
export interface End {
  readonly path: string;
  readonly reason: 'stopped' | 'crashed';
  readonly error?: unknown;
}

/**
 * Sends `life` a message when `target` has ended for good. Throws a ViliError
 * (`VILI_ADDRESS_UNKNOWN`) for an address that is no actor's.
 */
export function watch(
  life: Incarnation,
  target: Cell | undefined,
  path: string,
  make: (end: End) => never,
): () => void {
  if (target === undefined) {
    throw new ViliError('VILI_ADDRESS_UNKNOWN', `${path} is no actor and cannot be watched`);
  }
  const { cell, correlation } = life;
  const notice = (end: End): void => {
    unwatch();
    try {
      cell.deliver(make(end), end.path, correlation, { only: life, kept: true });
    } catch (error) {
      life.fail(error);
    }
  };
  const unwatch = (): void => {
    target.watchers.delete(notice);
    life.onEnding.delete(unwatch);
  };
  if (target.ended !== undefined) notice(target.ended);
  else {
    target.watchers.add(notice);
    life.onEnding.add(unwatch);
  }
  return unwatch;
}

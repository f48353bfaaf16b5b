import { ViliError } from '../../errors.ts';
import { ActorAddress, type Address, type End } from '../address.ts';
import type { Ties } from './ties.ts';

/** The incarnation that watches, as far as watching concerns it. */
export interface Watcher {
  readonly correlation: string | undefined;
  readonly ties: Ties;
  /** Sends itself the message that `make` returns; an error of `make` fails the incarnation. */
  deliverToItself(make: () => unknown, from: string, correlation: string | undefined): void;
}

/**
 * Sends `watcher` a message when `target` has ended for good. Throws a ViliError
 * (`VILI_ADDRESS_UNKNOWN`) for an address that is not an actor's.
 */
export function watch(
  watcher: Watcher,
  target: Address<never>,
  make: (end: End) => unknown,
): () => void {
  const { path } = target;
  const addressee = ActorAddress.addresseeOf(target);
  if (addressee === undefined) {
    throw new ViliError('VILI_ADDRESS_UNKNOWN', `${path} is not an actor and cannot be watched`);
  }
  const { correlation } = watcher;
  const subscriptions: (() => void)[] = [];
  const unwatch = (): void => {
    for (const unsubscribe of subscriptions.splice(0)) unsubscribe();
  };
  const notice = (end: End): void => {
    unwatch();
    watcher.deliverToItself(() => make(end), path, correlation);
  };
  if (addressee.ended !== undefined) notice(addressee.ended);
  else subscriptions.push(addressee.onEnd(notice), watcher.ties.whenEnding(unwatch));
  return unwatch;
}

import type { Consumer } from '../upstream/places.ts';

/** What a trusted proxy passes on is counted for the client that it names, last in the list. */
export function consumerOf(consumer: Consumer, forwardedFor: string): Consumer {
  if (forwardedFor === '') return consumer;
  const address = forwardedFor.slice(forwardedFor.lastIndexOf(',') + 1).trim();
  return { address, places: 0 };
}

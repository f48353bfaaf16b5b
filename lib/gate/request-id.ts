import { randomBytes } from 'node:crypto';

const PREFIX_BYTES = 8;
const RADIX = 36;

/** Ids that are unique without asking for randomness per request: a random prefix and a count. */
export function createRequestIds(): () => string {
  const prefix = randomBytes(PREFIX_BYTES).toString('hex');
  let count = 0;
  return () => `${prefix}-${(++count).toString(RADIX)}`;
}

import { MALFORMED } from '../../support/malformed-requests.ts';
import type { Trap } from '../trap.ts';

const HEAD_LINE = / HTTP\/1\.[01]\r\n/;

/** Every form of request smuggling, and other requests that no server should have to read: 400. */
export const FRAMING: readonly Trap[] = MALFORMED.map(([name, text]) => ({
  name,
  request: text.replace(HEAD_LINE, (line) => `${line}{trap}\r\n`),
  rejected: 400,
}));

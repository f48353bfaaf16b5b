/** Why the proxy responds to a request itself instead of forwarding it. The reason is for logs only. */
export interface Rejection {
  readonly status: number;
  readonly reason: string;
}

/** The rejection of any `Expect` but `100-continue` (RFC 9110 section 10.1.1). */
export const UNKNOWN_EXPECTATION = reject(417, 'an expectation other than 100-continue');

export function reject(status: number, reason: string): Rejection {
  return { status, reason };
}

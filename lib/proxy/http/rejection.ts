/** Why the gate answers a request itself instead of forwarding it. The reason is for logs only. */
export interface Rejection {
  readonly status: number;
  readonly reason: string;
}

export function refuse(status: number, reason: string): Rejection {
  return { status, reason };
}

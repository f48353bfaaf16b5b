/** Why the gate answers a request itself instead of forwarding it. The reason is for logs only. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
}

export function refuse(status: number, reason: string): Refusal {
  return { status, reason };
}

import type { Field } from './message.ts';

/** A response as a client sees it; headers without those that belong to the connection. */
export interface SeenResponse {
  readonly status: string;
  readonly headers: readonly Field[];
  readonly body: string;
  readonly trailers: readonly Field[];
  readonly framing: 'none' | 'length' | 'chunked' | 'close';
  /** False when the connection ended before the response did. */
  readonly whole: boolean;
}

/** Everything that a client received in a call. */
export interface Outcome {
  /** Status 1xx. */
  readonly interim: readonly SeenResponse[];
  readonly responses: readonly SeenResponse[];
  /** `kept`: the connection served another request afterwards. `reset`: it ended with an error. */
  readonly connection: 'kept' | 'closed' | 'reset' | 'left';
}

/** A request as running saw it; what belongs to the connection and what Vili adds is separate. */
export interface Seen {
  readonly line: string;
  readonly host: string | null;
  readonly upgrade: string | null;
  readonly framing: 'none' | 'length' | 'chunked' | 'close';
  readonly headers: readonly Field[];
  readonly body: string;
  readonly trailers: readonly Field[];
  readonly forwarded: Forwarded;
}

export interface Forwarded {
  readonly for: string | null;
  readonly proto: string | null;
  readonly host: string | null;
  readonly forwarded: string | null;
  readonly requestId: string | null;
}

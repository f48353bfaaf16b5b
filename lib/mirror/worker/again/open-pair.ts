import type { SentSpan } from '../../request/copy-spans.ts';
import type { Exchange } from '../../../model/exchange.ts';
import type { Carried } from '../../state/client-state.ts';
import type { ShadowLimits, ShadowResponse } from '../../request/requester.ts';

/** A copy under way, with the responses that are there so far. */
export interface OpenPair {
  readonly exchange: Exchange;
  readonly endpoint: string;
  readonly isProbe: boolean;
  readonly bytes: number;
  /** Null: it does not go to the collector of traces. */
  readonly span: SentSpan | null;
  readonly limits: ShadowLimits;
  /** Chosen to be asked again before anything was known of testing's response. */
  readonly isPlanned: boolean;
  testing: ShadowResponse | null;
  /** The second responses, asked for at the same moment. Testing's is null where only running was asked. */
  runningAgain: ShadowResponse | null;
  testingAgain: ShadowResponse | null;
  /** What the request carries that only running may know, and running's response without it. */
  readonly carried: Carried;
  stranger: ShadowResponse | null;
  isStrangerOpen: boolean;
  /** All other responses are there. */
  isReady: boolean;
  /** Second responses to wait for. */
  waitsFor: number;
  /** It should have been asked again, and there was no room for it. */
  hadNoRoom: boolean;
}

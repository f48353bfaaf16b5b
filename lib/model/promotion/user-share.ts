import type { Target } from '../exchange.ts';
import type { StickyKey } from '../traffic-rules.ts';

/** One step of a promotion: so large a share of the users, for so long, before the next step or the whole. */
export interface PromotionStep {
  /** Above 0, below 1. */
  readonly share: number;
  readonly ms: number;
}

/** A part of the users, drawn at random and always the same, whose requests go to another servlet. */
export interface UserShare {
  readonly target: Target;
  /** Of all clients, 0 to 1. */
  readonly size: number;
  /** Drawn anew for each promotion: who is in one share says nothing of the next. */
  readonly salt: string;
  /** Where a request names its client; null, or missing in a request: its address is the client. */
  readonly key: StickyKey | null;
}

/** Whether both send the same users to the same place. */
export function isSameShare(one: UserShare | null, other: UserShare | null): boolean {
  if (one === null || other === null) return one === other;
  const { target, size, salt, key } = one;
  return (
    size === other.size &&
    salt === other.salt &&
    key?.kind === other.key?.kind &&
    key?.name === other.key?.name &&
    target.instance === other.target.instance &&
    target.host === other.target.host &&
    target.port === other.target.port
  );
}

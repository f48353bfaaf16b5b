import type { Target } from '../model/exchange.ts';
import type { Drained } from './upstream/pool.ts';

const NOTHING: Drained = { finished: 0, cut: 0 };

/** What a proxy in another process is told about a target that users leave. */
export type Order =
  | {
      readonly type: 'drain';
      readonly id: number;
      readonly target: Target;
      readonly timeoutMs: number;
    }
  /** Safe requests that wait for this target are sent to running anew. */
  | { readonly type: 'move-on'; readonly target: Target };

/** What became of a drain. */
export type OrderDone = { readonly type: 'drained'; readonly id: number } & Drained;

interface Obeying {
  drain(target: Target, timeoutMs: number): Promise<Drained>;
  moveOn(target: Target): void;
}

/** Does what another process orders; null: there is no proxy here that could have anything in hand. */
export function obey(
  proxy: Obeying | null,
  order: Order,
  report: (done: OrderDone) => unknown,
): void {
  const { target } = order;
  if (order.type === 'move-on') {
    proxy?.moveOn(target);
    return;
  }
  const { id, timeoutMs } = order;
  const drained = proxy?.drain(target, timeoutMs) ?? Promise.resolve(NOTHING);
  void drained.then(({ finished, cut }) => report({ type: 'drained', id, finished, cut }));
}

/** The drains that a proxy in another process was ordered to do, until it reports them. */
export class OrderedDrains {
  readonly #open = new Map<number, (drained: Drained) => void>();
  #next = 1;

  /** Resolves with what the other process reports, or with nothing when it is gone. */
  order(target: Target, timeoutMs: number, send: (order: Order) => void): Promise<Drained> {
    const id = this.#next++;
    return new Promise((resolve) => {
      this.#open.set(id, resolve);
      send({ type: 'drain', id, target, timeoutMs });
    });
  }

  done({ id, finished, cut }: OrderDone): void {
    this.#open.get(id)?.({ finished, cut });
    this.#open.delete(id);
  }

  /** The other process is gone: what it had in hand is over, too. */
  gone(): void {
    for (const resolve of this.#open.values()) resolve(NOTHING);
    this.#open.clear();
  }
}

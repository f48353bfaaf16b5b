import type { Address, End } from '../address.ts';
import { ask, sendAs } from '../ask.ts';
import type { Self } from '../behaviour.ts';
import { ActorStopped } from '../errors.ts';
import type { Envelope, OpenQuestion } from '../mail/envelope.ts';
import type { LifeOwner } from './owner.ts';
import type { Life } from './reporter.ts';
import type { Ties } from './ties.ts';
import { type Watcher, watch } from './watch.ts';

/** The incarnation that a `Self` acts for. */
export interface Living extends Life, Watcher {
  readonly cell: LifeOwner;
  readonly phase: 'starting' | 'live' | 'ending' | 'over';
  readonly signal: AbortSignal;
  readonly ties: Ties;
  requestStop(): void;
}

/** Makes what the behaviour of this incarnation is given. */
export function createSelf(life: Living): Self<never> {
  const { cell } = life;
  const { runtime, path } = cell;
  return {
    address: cell.address,
    path,
    name: cell.spec.name,
    incarnation: life.number,
    get signal() {
      return life.signal;
    },
    get correlation() {
      return life.correlation;
    },
    send: (to, message, options) =>
      sendAs(to, message, path, options?.correlation ?? life.correlation),
    ask: <N, R>(to: Address<N>, make: (reply: Address<R>) => NoInfer<N>, timeoutMs: number) => {
      const { correlation } = life;
      const pending = (question: OpenQuestion): void => life.ties.keepAsked(question);
      return ask(runtime, { to, make, timeoutMs, from: path, correlation, pending });
    },
    spawn: (spec) => untilEnding(life, () => cell.ownOffspring().spawn(spec, life.correlation)),
    child: (name) => cell.offspring?.find(name)?.address,
    children: () => (cell.offspring?.children() ?? []).map((child) => child.address),
    stopChild: async (name) => await cell.offspring?.stopChild(name),
    watch: <N>(target: Address<N>, make: (end: End) => never) => watch(life, target, make),
    after: (ms, message) => {
      const { correlation } = life;
      return life.ties.timers.after(ms, () =>
        life.deliverToItself(() => message, path, correlation),
      );
    },
    every: (ms, message) => {
      const { correlation } = life;
      let last: Envelope | undefined;
      return life.ties.timers.every(ms, () => {
        last = cell.tick(life, message, correlation, last);
      });
    },
    pipe: (work, ok, failed) => {
      const { correlation } = life;
      const back = (make: () => never): void => life.deliverToItself(make, path, correlation);
      work.then(
        (result) => back(() => ok(result)),
        (error: unknown) => back(() => failed(error)),
      );
    },
    stop: () => life.requestStop(),
  };
}

// Private

/** A handler that waits for a child's start must not delay the end of its own actor. */
async function untilEnding<T>(life: Living, begin: () => Promise<T>): Promise<T> {
  if (life.phase === 'ending' || life.phase === 'over') {
    throw new ActorStopped(life.cell.path, 'ends and starts no child');
  }
  let unsubscribe: (() => void) | undefined;
  const ending = new Promise<never>((_resolve, reject) => {
    unsubscribe = life.ties.whenEnding(() => {
      reject(new ActorStopped(life.cell.path, 'ended while a child started'));
    });
  });
  try {
    return await Promise.race([begin(), ending]);
  } finally {
    unsubscribe?.();
  }
}

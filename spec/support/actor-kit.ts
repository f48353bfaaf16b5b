import type { Address, Behaviour, ChildSpec } from '../../lib/actor/index.ts';
import type { Journal } from '../../lib/journal/journal.ts';
import { PROMPT, type World, withWorld } from './actor-world.ts';
import { eventually } from './eventually.ts';
import { QUIET } from './quiet-journal.ts';

/** An address that records what it is sent. */
export interface Inbox<M extends { readonly type: string }> extends Address<M> {
  readonly messages: readonly M[];
  /** The types of the messages, in order. */
  readonly types: () => readonly string[];
  /** The first message of this type, as soon as it is there. */
  readonly next: <T extends M['type']>(type: T) => Promise<Extract<M, { readonly type: T }>>;
}

/** One actor in a system of its own. */
export interface Stage<M> extends World {
  readonly actor: Address<M>;
  /** Lets the actor fail, and resolves when its next incarnation is running. */
  readonly crash: () => Promise<void>;
}

export function inbox<M extends { readonly type: string }>(path = '/vili/inbox'): Inbox<M> {
  const messages: M[] = [];
  return {
    path,
    messages,
    tell: (message) => messages.push(message) > 0,
    types: () => messages.map(({ type }) => type),
    next: <T extends M['type']>(type: T) =>
      eventually(`${path} gets ${type}`, () => {
        const found = messages.find((message) => message.type === type);
        return (found as Extract<M, { readonly type: T }> | undefined) ?? null;
      }),
  };
}

/** A journal that records its lines as `level text`. */
export function recordingJournal(): Journal & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  const at =
    (level: string) =>
    (text: string): void =>
      void lines.push(`${level} ${text}`);
  const levels = { info: at('info'), notice: at('notice'), warn: at('warn') };
  return { ...QUIET, ...levels, error: at('error'), crit: at('crit'), lines };
}

/** Runs `use` with one actor; nothing of it is left afterwards, and no error went astray. */
export async function withActor<M>(
  behaviour: () => Behaviour<M, unknown>,
  use: (stage: Stage<M>) => Promise<void>,
  spec: Partial<ChildSpec<M>> = {},
): Promise<void> {
  const errors: unknown[] = [];
  await withWorld(
    async (world) => {
      const actor = await world.system.spawn<M>({ name: 'actor', behaviour, ...spec });
      const restarts = (): number =>
        world.system.tree().find(({ path }) => path === actor.path)?.restarts ?? 0;
      const crash = async (): Promise<void> => {
        const before = restarts();
        world.system.crash(actor.path);
        await eventually('the actor is restarted', () => restarts() > before);
      };
      await use({ ...world, actor, crash });
      errors.push(...world.fatal);
    },
    { supervision: { backoff: PROMPT } },
  );
  if (errors.length > 0) throw new Error('an error had no owner', { cause: errors[0] });
}

/** A question to an actor from outside, answered within the limit of a spec. */
export function asked<N, R>(
  { system, actor }: Pick<Stage<N>, 'system' | 'actor'>,
  make: (reply: Address<R>) => NoInfer<N>,
): Promise<R> {
  return system.ask(actor, make, 5000);
}

/** A promise, and what settles it. */
export function deferred<T>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
} {
  let settle: { resolve: (value: T) => void; reject: (error: unknown) => void } | undefined;
  const promise = new Promise<T>((resolve, reject) => (settle = { resolve, reject }));
  return {
    promise,
    resolve: (value) => settle?.resolve(value),
    reject: (error) => settle?.reject(error),
  };
}

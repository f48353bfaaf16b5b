import type { ChildSpec, Self } from '../../lib/actor/index.ts';
import { PROMPT } from './actor-world.ts';

export type Order = { readonly type: string; readonly fail?: boolean; readonly id?: number };

/** What a scripted actor does; what a hook throws is thrown by the actor. */
export interface Script extends Omit<Partial<ChildSpec<Order>>, 'behaviour'> {
  readonly start?: (self: Self<Order>) => unknown;
  readonly handle?: (message: Order, self: Self<Order>) => unknown;
  readonly stop?: (self: Self<Order>) => unknown;
}

/** An actor without state that fails when the message says so, and writes its life into `log`. */
export function scripted(name: string, log: string[], script: Script = {}): ChildSpec<Order> {
  const { start, handle, stop, ...spec } = script;
  return {
    name,
    supervision: { backoff: PROMPT },
    ...spec,
    behaviour: () => ({
      async start(self) {
        log.push(`start ${name}`);
        await start?.(self);
      },
      async handle(_state, message, self) {
        if (message.fail === true) throw new Error(`${name} was told to fail`);
        log.push(`${name} ${message.type}`);
        await handle?.(message, self);
      },
      async stop(_state, self) {
        log.push(`stop ${name}`);
        await stop?.(self);
      },
    }),
  };
}

/** The error that work was rejected with; fails when it was not. */
export async function rejection(work: Promise<unknown>): Promise<unknown> {
  let result: unknown;
  try {
    result = await work;
  } catch (error) {
    return error;
  }
  throw new Error(`was not rejected, but gave ${String(result)}`);
}

/** A handler that ends its actor when the message says `exit`. */
export function exitWhenTold(message: Order, self: Self<Order>): void {
  if (message.type === 'exit') self.stop();
}

/** A start that never succeeds. */
export function neverStarts(): never {
  throw new Error('never starts');
}

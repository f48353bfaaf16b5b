import { type ActorEvent, ActorSystem, type ActorSystemOptions } from '../../lib/actor/index.ts';
import { DEFAULT_SETTINGS } from './default-settings.ts';

/** An actor system with its events and fatal errors recorded. */
export interface World {
  readonly system: ActorSystem;
  readonly events: ActorEvent[];
  readonly fatal: unknown[];
  /** The types of the events of one actor, in order. */
  readonly typesOf: (path: string) => string[];
}

/** Runs `use` with a fresh system and stops it afterwards, whatever happens. */
export async function withWorld(
  use: (world: World) => Promise<void>,
  options: Partial<ActorSystemOptions> = {},
): Promise<void> {
  const events: ActorEvent[] = [];
  const fatal: unknown[] = [];
  const system = new ActorSystem({
    trace: DEFAULT_SETTINGS.trace,
    onEvent: (event) => events.push(event),
    onFatal: (error) => fatal.push(error),
    ...options,
  });
  const typesOf = (path: string): string[] =>
    events.filter((event) => event.path === path).map((event) => event.type);
  try {
    await use({ system, events, fatal, typesOf });
  } finally {
    await system.stop(2000);
  }
}

/** A promise and what settles it, for specs that hold a handler until they let it go. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  const listeners: (() => void)[] = [];
  const opened = new Promise<void>((resolve) => listeners.push(resolve));
  return { opened, open: () => listeners.forEach((listener) => listener()) };
}

/** Restarts at once, so that specs need not wait. */
export const PROMPT = { minMs: 0, maxMs: 1, factor: 1, jitter: 0 } as const;

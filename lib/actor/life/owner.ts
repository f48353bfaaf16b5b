import type { ActorAddress, Address, Addressee } from '../address.ts';
import type { ChildSpec } from '../behaviour.ts';
import type { Envelope } from '../mail/envelope.ts';
import type { Runtime } from '../runtime.ts';
import type { ResolvedSpec } from '../spec.ts';
import type { Life, Reporter } from './reporter.ts';

/** The children of an actor as the actor itself sees them; see `Self`. */
export interface Offspring {
  spawn<N>(spec: ChildSpec<N>, correlation: string | undefined): Promise<Address<N>>;
  find(name: string): Parented | undefined;
  children(): readonly Parented[];
  stopChild(name: string): Promise<void>;
}

interface Parented {
  readonly address: ActorAddress<unknown>;
}

/** The actor through all its restarts, as one incarnation of it sees it. */
export interface LifeOwner extends Addressee {
  readonly runtime: Runtime;
  readonly spec: ResolvedSpec;
  readonly address: ActorAddress<unknown>;
  /** Id of the message that spawned the actor. */
  readonly correlation: string | undefined;
  /** A message or a failure waits for the next turn. */
  readonly hasWork: boolean;
  /** The failure set from outside for the next turn, once. */
  takePoison(): Error | undefined;
  /** The next message for this incarnation. */
  takeFor(life: Life): Envelope | undefined;
  /** Another tick of a timer, unless the last one (which is handed back in) still waits. */
  tick(
    life: Life,
    message: unknown,
    correlation: string | undefined,
    last: Envelope | undefined,
  ): Envelope;
  readonly offspring: Offspring | undefined;
  /** Makes the supervisor of its children when there is none. */
  ownOffspring(): Offspring;
  closeChildren(): Promise<void>;
  failed(life: Life, error: unknown, envelope?: Envelope): void;
  exited(life: Life): void;
  readonly reporter: Reporter;
}

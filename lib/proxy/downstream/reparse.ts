import type { ServerResponse } from 'node:http';
import type { Connection, Turn } from './connection.ts';

/**
 * The turn of a request that node took for an upgrade and that is an ordinary one: its bytes go through node's
 * server again, once the responses before it are complete. Until then nobody reads the connection.
 */
export class Reparse implements Turn {
  readonly received = true;
  readonly heldBytes = 0;
  private readonly connection: Connection;
  /** The response before, which node finishes after its turn. */
  private readonly before: ServerResponse | undefined;
  private readonly serve: () => void;

  constructor(connection: Connection, before: ServerResponse | undefined, serve: () => void) {
    this.connection = connection;
    this.before = before;
    this.serve = serve;
  }

  start(): void {
    if (this.before === undefined || this.before.writableFinished) this.run();
    else this.before.once('finish', () => this.run());
  }

  gone(): void {}

  halfClosed(): boolean {
    return true;
  }

  idle(): boolean {
    return false;
  }

  broken(): void {}

  drop(): void {}

  // Private

  private run(): void {
    if (this.connection.isEnding || this.connection.isGone) return;
    this.connection.done(this);
    this.serve();
  }
}

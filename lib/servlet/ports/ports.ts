import { once } from 'node:events';
import { createServer, type ListenOptions, type Server } from 'node:net';
import { codeOf, messageOf, ViliError } from '../../errors.ts';
import { type PortHolder, portHolders } from './port-holders.ts';

/** A message lists this many ports one by one and counts the rest. */
const MAX_NAMED = 12;
/** Binding to these conflicts with a listener on any address of the host, IPv4 or IPv6. */
const WILDCARDS = ['::', '0.0.0.0'];

export interface PortRange {
  readonly from: number;
  /** Included. */
  readonly to: number;
  /** The address servlets listen on. */
  readonly host: string;
}

/**
 * Hands out the ports of a range to servlets, each to one at a time and round robin, so that a port
 * just released stays unused as long as possible and late requests for its old owner meet no stranger.
 * Other Vilis of this host, which may have the same range, pass over a port that is handed out before its servlet listens,
 * while another one is free.
 */
export class PortPool {
  readonly #range: PortRange;
  /** Port to the name of its user. */
  readonly #taken = new Map<number, string>();
  /** What tells other Vilis that a port is handed out. */
  readonly #claims = new Map<number, Server>();
  #next: number;

  constructor(range: PortRange) {
    const { from, to } = range;
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < 1 || to > 65_535 || from > to) {
      throw new ViliError('VILI_PORT_RANGE', `port range ${from}-${to} is not within 1-65535`);
    }
    this.#range = range;
    this.#next = from;
  }

  /**
   * A port on which nobody listens, found by binding to it; ports of other programs are skipped. `user`
   * is named when the range is full. Throws VILI_PORTS_EXHAUSTED, which says who holds which port.
   */
  async take(user = 'a servlet'): Promise<number> {
    const { from, to, host } = this.#range;
    const failures = new Map<number, string>();
    let claimedByOthers: number | null = null;
    for (let tried = 0; tried <= to - from; tried += 1) {
      const port = this.#next;
      this.#next = port === to ? from : port + 1;
      if (this.#taken.has(port)) continue;
      // Reserved before the bind test, which takes time: nobody else may get the port meanwhile.
      this.#taken.set(port, user);
      const failure = await bindFailure(port, host);
      if (failure === null && (await this.#claim(port))) return port;
      this.#taken.delete(port);
      if (failure === null) claimedByOthers ??= port;
      else failures.set(port, failure);
    }
    // Anybody may claim a port, also one who never listens there: this must keep no servlet from starting.
    if (claimedByOthers !== null && !this.#taken.has(claimedByOthers)) {
      this.#taken.set(claimedByOthers, user);
      return claimedByOthers;
    }
    throw await this.#exhausted(failures);
  }

  /** The port of a servlet that another Vili has started. */
  keep(port: number, user: string): void {
    this.#taken.set(port, user);
  }

  /** Releases a port once its process is gone. */
  release(port: number): void {
    this.#taken.delete(port);
    this.#claims.get(port)?.close();
    this.#claims.delete(port);
  }

  // Private

  /** False when another Vili has handed the port out. */
  async #claim(port: number): Promise<boolean> {
    // An abstract name, of the same network namespace as the port, and free once its process has ended.
    const { server, failure } = await listened({ path: `\0vili port ${port}` });
    // What is wrong with it later costs the claim at most.
    if (failure === null)
      this.#claims.set(
        port,
        server.unref().on('error', () => {}),
      );
    return failure !== 'EADDRINUSE';
  }

  async #exhausted(failures: ReadonlyMap<number, string>): Promise<ViliError> {
    const { from, to } = this.#range;
    const holders = await portHolders([...failures.keys()]);
    const uses = new Map(this.#taken);
    for (const [port, code] of failures) uses.set(port, holderText(holders.get(port), code));
    const named = [...uses.entries()].sort(([a], [b]) => a - b);
    const texts = named.slice(0, MAX_NAMED).map(([port, use]) => `${port} ${use}`);
    const more = named.length > MAX_NAMED ? `, and ${named.length - MAX_NAMED} more` : '';
    return new ViliError(
      'VILI_PORTS_EXHAUSTED',
      `no free port in port_range ${from}-${to}: ${texts.join(', ')}${more}; widen the range`,
    );
  }
}

// Private

function holderText(holder: PortHolder | undefined, code: string): string {
  if (holder !== undefined) return `held by ${holder.command} (pid ${holder.pid})`;
  return code === 'EADDRINUSE' ? 'held by another process' : `cannot be bound (${code})`;
}

/** Null when the port is free on the address and on the wildcards, else the error code. */
export async function bindFailure(port: number, host: string): Promise<string | null> {
  for (const address of new Set([host, ...WILDCARDS])) {
    const code = await tryBind(port, address);
    // On a host without IPv6, '::' cannot be tested.
    const unsupported = code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL';
    if (code !== null && !(unsupported && address !== host)) return code;
  }
  return null;
}

async function tryBind(port: number, host: string): Promise<string | null> {
  const { server, failure } = await listened({ port, host, exclusive: true });
  if (failure === null) await once(server.close(), 'close');
  return failure;
}

async function listened(
  options: ListenOptions,
): Promise<{ readonly server: Server; readonly failure: string | null }> {
  // Anybody on the host may connect.
  const server = createServer((socket) => socket.destroy());
  try {
    await once(server.listen(options), 'listening');
    return { server, failure: null };
  } catch (error) {
    return { server, failure: codeOf(error) ?? messageOf(error) };
  }
}

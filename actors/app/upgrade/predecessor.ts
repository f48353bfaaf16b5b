import { Server } from 'node:net';
import { ViliError } from '../../../lib/errors.ts';
import type { Target } from '../../../lib/model/exchange.ts';
import { OrderedDrains } from '../../../lib/proxy/orders.ts';
import type { Route } from '../../../lib/proxy/route.ts';
import type { Drained } from '../../../lib/proxy/upstream/pool.ts';
import {
  type FromNew,
  type Handover,
  type ToNew,
  UPGRADE_PROTOCOL,
  UPGRADE_VARIABLE,
} from './protocol.ts';

/** Beyond what the old Vili is given to end its connections, ms. */
const END_SLACK_MS = 2000;

interface Waiter {
  readonly resolve: (message: ToNew, server: Server | undefined) => void;
  readonly reject: (error: ViliError) => void;
}

/** The Vili that this one takes over from, as long as that one lives. */
export class Predecessor {
  readonly #process: NodeJS.Process;
  /** Resolves when it has ended. */
  readonly gone: Promise<void>;
  #isGone = false;
  #older: readonly number[] = [];
  #waiter: (Waiter & { readonly type: ToNew['type'] }) | null = null;
  readonly #drains = new OrderedDrains();

  private constructor(process: NodeJS.Process) {
    this.#process = process;
    process.on('message', (message: ToNew, server?: unknown) => this.#receive(message, server));
    this.gone = new Promise((resolve) => {
      process.once('disconnect', () => {
        this.#ended();
        resolve();
      });
    });
  }

  /** Null for a Vili that was started by anything else. Forgets the mark: it is for this process alone. */
  static of(process: NodeJS.Process): Predecessor | null {
    const isMarked = process.env[UPGRADE_VARIABLE] === '1';
    delete process.env[UPGRADE_VARIABLE];
    return isMarked && process.send !== undefined ? new Predecessor(process) : null;
  }

  /** The old Vilis that still have connections of users, the last one first. */
  get older(): readonly number[] {
    return this.#older;
  }

  /** Says who is there; resolves when the old Vili has stopped to act. Rejects with VILI_UPGRADE when it wants another one. */
  async take(own: { version: string; base: string; identifier: string }): Promise<Handover> {
    this.#send({ type: 'hello', protocol: UPGRADE_PROTOCOL, ...own });
    const { message } = await this.#next('take');
    if (message.protocol !== UPGRADE_PROTOCOL) {
      throw failure(`it speaks protocol ${message.protocol}, this one ${UPGRADE_PROTOCOL}`);
    }
    return message.handover;
  }

  /** Asks for the listening socket of the users' port. */
  async listener(): Promise<Server> {
    this.#send({ type: 'prepared' });
    const { server } = await this.#next('listener');
    if (server === undefined) throw failure('it sent no listening socket');
    return server;
  }

  /** Users' connections arrive here; resolves when everything is this Vili's. */
  async serving(): Promise<void> {
    this.#send({ type: 'serving' });
    this.#older = (await this.#next('yours')).message.older;
    // It alone must not keep this process running.
    this.#process.channel?.unref();
  }

  failed(text: string): void {
    this.#send({ type: 'failed', text });
  }

  route({ running, share = null }: Pick<Route, 'running' | 'share'>): void {
    this.#send({ type: 'route', running, share });
  }

  moveOn(target: Target): void {
    this.#send({ type: 'move-on', target });
  }

  /** Waits for its requests to a target. */
  drain(target: Target, timeoutMs: number): Promise<Drained> {
    if (this.#isGone) return Promise.resolve({ finished: 0, cut: 0 });
    return this.#drains.order(target, timeoutMs, (order) => this.#send(order));
  }

  /** Has it end its connections; resolves when it is gone, at the latest 2 s after the deadline. */
  async end(deadlineMs: number): Promise<void> {
    if (this.#isGone) return;
    this.#send({ type: 'end', deadlineMs });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, deadlineMs + END_SLACK_MS);
    });
    await Promise.race([this.gone, late]);
    clearTimeout(timer);
    if (!this.#isGone) this.#process.disconnect?.();
  }

  // Private

  #send(message: FromNew): void {
    if (!this.#isGone) this.#process.send?.(message, undefined, undefined, () => {});
  }

  async #next<T extends ToNew['type']>(
    type: T,
  ): Promise<{ message: Extract<ToNew, { type: T }>; server: Server | undefined }> {
    if (this.#isGone) throw failure('it has ended');
    return new Promise((resolve, reject) => {
      const take = (message: ToNew, server: Server | undefined): void =>
        resolve({ message: message as Extract<ToNew, { type: T }>, server });
      this.#waiter = { type, resolve: take, reject };
    });
  }

  #receive(message: ToNew, server: unknown): void {
    if (message.type === 'older') this.#older = message.older;
    else if (message.type === 'drained') this.#drains.done(message);
    else if (message.type === this.#waiter?.type) {
      const { resolve } = this.#waiter;
      this.#waiter = null;
      resolve(message, server instanceof Server ? server : undefined);
    }
  }

  #ended(): void {
    this.#isGone = true;
    this.#older = [];
    this.#drains.gone();
    this.#waiter?.reject(failure('it has ended'));
    this.#waiter = null;
  }
}

// Private

function failure(text: string): ViliError {
  return new ViliError('VILI_UPGRADE', `cannot take over from the Vili before: ${text}`);
}

import { setTimeout as sleep } from 'node:timers/promises';
import { ViliError } from '../../errors.ts';
import { type Forked, forkChild, post } from '../../runtime/fork.ts';
import { exitInfrastructureFailure } from '../process/exit.ts';
import { killServletTree } from '../process/tree.ts';
import { LaunchedServlet } from './launched-servlet.ts';
import type { Born, FromLauncher, LaunchedOptions, ToLauncher } from './protocol.ts';

/** An answer is looked for so many times before it is given up: a host that was suspended is no reason. */
const LOOKS = 30;
/** It only has to notice that nobody needs it any more; then it is killed. */
const CLOSE_LIMIT_MS = 2000;
/** What is left of servlets whose terminals closed with the keeper is killed within this time. */
const KILL_TIMEOUT_MS = 2000;
/** It has little to keep in mind; the runtime would take more before it tidies up. */
const FLAGS = ['--max-semi-space-size=1', '--max-old-space-size=64'];

export interface LauncherHooks {
  readonly now: () => number;
  /** How long an answer may take, beyond the time a servlet is given to stop, ms. */
  readonly answerLimitMs: number;
  /** Called once, as soon as it is known. */
  readonly onEnd: (how: string) => void;
}

/** A servlet that was asked for: `servlet` is null until the keeper has started it. */
interface Charge {
  readonly options: LaunchedOptions;
  readonly resolve: (servlet: LaunchedServlet) => void;
  readonly reject: (error: ViliError) => void;
  servlet: LaunchedServlet | null;
  /** Looks until the answer that is owed is given up; 0 when none is. */
  looksLeft: number;
}

/** One keeper process as Vili sees it: told, watched, ended. */
export class LauncherChild {
  readonly #forked: Forked;
  readonly #hooks: LauncherHooks;
  readonly #lookMs: number;
  readonly #looks: NodeJS.Timeout;
  readonly #charges = new Map<number, Charge>();
  #nextCall = 1;
  #isOver = false;
  #cleared: Promise<unknown> = Promise.resolve();

  /** Throws VILI_FORK_FAILED. */
  constructor(hooks: LauncherHooks) {
    this.#hooks = hooks;
    this.#forked = forkChild('./child-entry', import.meta.url, FLAGS);
    this.#forked.process.on('message', (message: FromLauncher) => this.#receive(message));
    void this.#forked.ended.then((how) => this.#over(how));
    this.#lookMs = hooks.answerLimitMs / LOOKS;
    this.#looks = setInterval(() => this.#look(), this.#lookMs).unref();
  }

  get pid(): number {
    return this.#forked.process.pid ?? 0;
  }

  /** Of one that has ended: resolves when nothing of its servlets is left. */
  get cleared(): Promise<unknown> {
    return this.#cleared;
  }

  /** See `ServletLauncher`. */
  spawn(options: LaunchedOptions): Promise<LaunchedServlet> {
    const call = this.#nextCall++;
    return new Promise((resolve, reject) => {
      this.#charges.set(call, { options, resolve, reject, servlet: null, looksLeft: LOOKS });
      this.#send({ type: 'spawn', call, options });
    });
  }

  /** Ends it, and with it whatever servlets are left; at most 6 s. */
  async close(): Promise<void> {
    this.#send({ type: 'close' });
    const limit = new AbortController();
    const { ended, process } = this.#forked;
    const late = async (): Promise<void> => {
      await sleep(CLOSE_LIMIT_MS, null, { signal: limit.signal });
      process.kill('SIGKILL');
      // One that the kernel cannot end now is left to it.
      await sleep(CLOSE_LIMIT_MS, null, { signal: limit.signal });
      this.#over('it could not be ended');
    };
    await Promise.race([ended, late().catch(() => ended)]);
    limit.abort();
    await this.#cleared;
  }

  // Private

  #send(message: ToLauncher): void {
    post(this.#forked.process, message);
  }

  #receive(message: FromLauncher): void {
    const { call } = message;
    const charge = this.#charges.get(call);
    if (charge === undefined) return;
    if (message.type !== 'exited') charge.looksLeft = 0;
    switch (message.type) {
      case 'spawned':
        charge.servlet = this.#servlet(call, charge, message.born);
        return charge.resolve(charge.servlet);
      case 'refused':
        this.#charges.delete(call);
        return charge.reject(new ViliError(message.code, message.text));
      case 'exited':
        charge.servlet?.ended(message.end.exit, Promise.resolve(message.end.survivors));
        break;
      case 'stopped':
        charge.servlet?.stopped(message.report);
    }
    if (charge.servlet?.isOver) this.#charges.delete(call);
  }

  #servlet(call: number, charge: Charge, born: Born): LaunchedServlet {
    return new LaunchedServlet(charge.options.instance.id, born, (options) => {
      charge.looksLeft = LOOKS + Math.ceil(options.timeoutMs / this.#lookMs);
      this.#send({ type: 'stop', call, options });
    });
  }

  #look(): void {
    for (const charge of this.#charges.values()) {
      if (charge.looksLeft === 0) continue;
      charge.looksLeft -= 1;
      if (charge.looksLeft > 0) continue;
      // One that answers no more is as good as none: it would not even tell that running has ended.
      this.#forked.process.kill('SIGKILL');
      return this.#over(
        `it did not answer for ${this.#hooks.answerLimitMs / 1000} s and was killed`,
      );
    }
  }

  /** The kernel hangs up all servlets: they and what they started are ended for good. */
  #over(how: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#looks);
    const charges = [...this.#charges.values()];
    this.#charges.clear();
    this.#cleared = Promise.all(charges.map((charge) => this.#giveUp(charge, how)));
    this.#hooks.onEnd(how);
  }

  async #giveUp({ options, servlet, reject }: Charge, how: string): Promise<void> {
    const leader = servlet?.identity() ?? null;
    // Its record stays in the ledger: the next start under that id, or the next Vili, finds nobody alive.
    const survivors = killServletTree(leader, options.tag, true, KILL_TIMEOUT_MS);
    const text = `hung up, since the process of Vili that keeps servlets has ended (${how})`;
    // At once: what else it seems to do from now on is not its own doing.
    servlet?.ended(exitInfrastructureFailure(text, this.#hooks.now()), survivors);
    servlet?.stopped(null);
    await survivors;
    reject(launcherLost(options, how));
  }
}

/** What a start ends with that the keeper cannot carry out any more. */
export function launcherLost({ instance }: LaunchedOptions, how: string): ViliError {
  const text = `${instance.id} was not started: the process of Vili that keeps servlets has ended (${how})`;
  return new ViliError('VILI_KEEPER_LOST', text);
}

import { ViliError } from '../errors.ts';
import { type Forked, forkOwn } from '../fork.ts';
import { exitLetDown } from '../servlet/exit.ts';
import { killFamily } from '../servlet/family.ts';
import type { ProcessIdentity } from '../servlet/identity.ts';
import type { StopOptions } from '../servlet/spawn.ts';
import { KeptServlet } from './kept-servlet.ts';
import type { Born, FromKeeper, KeptOptions, ToKeeper } from './protocol.ts';

/** It only has to notice that nobody speaks to it any more. */
const CLOSE_LIMIT_MS = 2000;
/** To start a servlet, or to tell that one has stopped, beyond the time that it is given. */
const ANSWER_LIMIT_MS = 30_000;
/** What is left of servlets whose terminals closed with the keeper is killed within this time. */
const KILL_TIMEOUT_MS = 2000;
/** It has little to keep in mind; the runtime would take more before it tidies up. */
const FLAGS = ['--max-semi-space-size=1', '--max-old-space-size=64'];

/** A servlet that was asked for: `servlet` is null until the keeper has started it. */
interface Charge {
  readonly options: KeptOptions;
  servlet: KeptServlet | null;
  /** Runs while the keeper owes an answer. */
  overdue: NodeJS.Timeout;
  readonly settle: (outcome: KeptServlet | ViliError) => void;
}

/**
 * Has servlets started, watched and ended by a small process of its own, the keeper. Each start is a fork, which
 * stops a process for the longer the more memory it has (5 to 10 ms at 200 MB), and each end a look at all
 * processes of the host: none of that is for the thread that users depend on. The keeper ends with Vili, and its
 * servlets' terminals with it. Should it end by itself, or be killed since it owes an answer for 30 s, its servlets end,
 * too, and the next start has a new one.
 */
export class ServletKeeper {
  readonly #now: () => number;
  readonly #answerLimitMs: number;
  readonly #charges = new Map<number, Charge>();
  #nextCall = 1;
  #forked: Forked | null = null;
  /** The last one has ended, and so have its servlets. */
  #over: Promise<void> = Promise.resolve();
  #closed = false;

  /** `now`: wall clock, ms. `answerLimitMs`: more than the keeper takes on the busiest host. */
  constructor(now: () => number, { answerLimitMs } = { answerLimitMs: ANSWER_LIMIT_MS }) {
    this.#now = now;
    this.#answerLimitMs = answerLimitMs;
  }

  /** Starts the keeper itself, unless it is there, so that the first servlet need not wait for it. */
  open(): Forked {
    this.#forked ??= this.#fork();
    return this.#forked;
  }

  /**
   * Resolves when the servlet is started. Rejects with what `spawnServlet` throws, or VILI_KEEPER_LOST when the keeper
   * has ended meanwhile.
   */
  spawn(options: KeptOptions): Promise<KeptServlet> {
    const call = this.#nextCall++;
    return new Promise((resolve, reject) => {
      const settle = (outcome: KeptServlet | ViliError): void => {
        if (outcome instanceof ViliError) reject(outcome);
        else resolve(outcome);
      };
      if (this.#closed) return settle(lost(options, 'Vili stops'));
      this.#charges.set(call, { options, servlet: null, settle, overdue: this.#answerWithin(0) });
      this.#send({ type: 'spawn', call, options });
    });
  }

  /** Ends the keeper, and with it whatever servlets are left. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#forked === null) return this.#over;
    const { process } = this.#forked;
    this.#send({ type: 'close' });
    const late = setTimeout(() => process.kill('SIGKILL'), CLOSE_LIMIT_MS);
    await this.#over;
    clearTimeout(late);
  }

  // Private

  /** One that answers no more is as good as none, and a new one can do its work. */
  #answerWithin(ms: number): NodeJS.Timeout {
    const { process } = this.open();
    return setTimeout(() => process.kill('SIGKILL'), ms + this.#answerLimitMs);
  }

  #fork(): Forked {
    const forked = forkOwn('./keeper-process', import.meta.url, FLAGS);
    forked.process.on('message', (message: FromKeeper) => this.#receive(message));
    this.#over = forked.ended.then((how) => this.#lose(how));
    return forked;
  }

  #send(message: ToKeeper): void {
    const { process } = this.open();
    // One that has just ended is noticed by its exit.
    if (process.connected) process.send(message, undefined, undefined, () => {});
  }

  #receive(message: FromKeeper): void {
    const { call } = message;
    const charge = this.#charges.get(call);
    if (charge === undefined) return;
    if (message.type !== 'exited') clearTimeout(charge.overdue);
    switch (message.type) {
      case 'spawned':
        charge.servlet = this.#servlet(call, charge, message.born);
        return charge.settle(charge.servlet);
      case 'refused':
        this.#charges.delete(call);
        return charge.settle(new ViliError(message.code, message.text));
      case 'exited':
        charge.servlet?.ended(message.end.exit, Promise.resolve(message.end.survivors));
        break;
      case 'stopped':
        charge.servlet?.stopped(message.report);
    }
    if (charge.servlet?.isOver) this.#charges.delete(call);
  }

  #servlet(call: number, charge: Charge, born: Born): KeptServlet {
    return new KeptServlet(charge.options.instance.id, born, (options: StopOptions) => {
      charge.overdue = this.#answerWithin(options.timeoutMs);
      this.#send({ type: 'stop', call, options });
    });
  }

  /** The kernel has hung up all servlets: they and what they started are ended for good. */
  async #lose(how: string): Promise<void> {
    this.#forked = null;
    const charges = [...this.#charges.values()];
    this.#charges.clear();
    await Promise.all(charges.map((charge) => this.#giveUp(charge, how)));
  }

  async #giveUp({ options, servlet, overdue, settle }: Charge, how: string): Promise<void> {
    clearTimeout(overdue);
    const survivors = endFamily(options, servlet?.identity() ?? null);
    const text = `hung up, since the process of Vili that keeps servlets has ended (${how})`;
    // At once: what else it seems to do from now on is not its own doing.
    servlet?.ended(exitLetDown(text, this.#now()), survivors);
    servlet?.stopped(null);
    await survivors;
    settle(lost(options, how));
  }
}

/** Its record stays in the ledger: the next start under that id, or the next Vili, finds nobody alive. */
async function endFamily(
  { tag }: KeptOptions,
  leader: ProcessIdentity | null,
): Promise<readonly ProcessIdentity[]> {
  const leaders = leader === null ? [] : [leader];
  const family = { leaders, owns: (found: string) => found === tag, leaderJustDied: true };
  try {
    return await killFamily(family, KILL_TIMEOUT_MS);
  } catch {
    // /proc could not be read: the hang-up has ended all that do not ignore it.
    return [];
  }
}

function lost({ instance }: KeptOptions, how: string): ViliError {
  const text = `${instance.id} was not started: the process of Vili that keeps servlets has ended (${how})`;
  return new ViliError('VILI_KEEPER_LOST', text);
}

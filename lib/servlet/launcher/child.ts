import { setTimeout as sleep } from 'node:timers/promises';
import { ViliError } from '../../errors.ts';
import type { ProcessUsage } from '../../model/servlet-facts.ts';
import { Watchdog } from '../../runtime/watchdog.ts';
import { type Exit, exitInfrastructureFailure } from '../process/exit.ts';
import type { StopReport } from '../process/servlet-process.ts';
import { killServletTree } from '../process/tree.ts';
import { Answers } from './answers.ts';
import { LaunchedServlet } from './launched-servlet.ts';
import { type LauncherLink, reachLauncher, startLauncher } from './link.ts';
import {
  type Birth,
  type Door,
  type FromLauncher,
  LAUNCHER_PROTOCOL,
  type LaunchedOptions,
  type ToLauncher,
} from './protocol.ts';

/** Checks within the time that a reply may take. */
const REPLY_CHECKS = 30;
/** Time for the process to notice that it is no longer needed, before it is killed. */
const CLOSE_LIMIT_MS = 2000;
/** Time to kill what is left of servlets whose terminals closed with the launcher process. */
const KILL_TIMEOUT_MS = 2000;

export interface LauncherHooks {
  readonly now: () => number;
  /** How long a reply may take, beyond the time a servlet is given to stop, ms. */
  readonly replyLimitMs: number;
  readonly maskText: (text: string) => string;
  /** Called once, as soon as the end is known. */
  readonly onEnd: (how: string) => void;
}

/** By instance id. */
export type Usages = ReadonlyMap<string, ProcessUsage>;

/** A servlet that was requested; `servlet` is null until the launcher process has started it. */
interface Launch {
  readonly options: LaunchedOptions;
  readonly resolve: (servlet: LaunchedServlet) => void;
  readonly reject: (error: ViliError) => void;
  servlet: LaunchedServlet | null;
  /** Runs while a reply is outstanding. */
  readonly watchdog: Watchdog;
}

/** One launcher process, as seen from Vili's main process. */
export class LauncherChild {
  #link!: LauncherLink;
  readonly #hooks: LauncherHooks;
  readonly #launches = new Map<number, Launch>();
  #nextCall = 1;
  #isOver = false;
  /** Waits for what the servlets take. */
  #measured: ((usages: Usages) => void) | null = null;
  readonly #answers: Answers;
  #cleared: Promise<unknown> = Promise.resolve();

  private constructor(hooks: LauncherHooks) {
    this.#hooks = hooks;
    this.#answers = new Answers(hooks.replyLimitMs);
  }

  /** Throws VILI_FORK_FAILED. */
  static start(hooks: LauncherHooks): LauncherChild {
    const child = new LauncherChild(hooks);
    child.#follow(startLauncher((message) => child.#receive(message)));
    return child;
  }

  /**
   * Takes over the process that another Vili passes on; resolves also to its servlets. Throws VILI_KEEPER_LOST when it is not
   * there, or does not want this Vili.
   */
  static async claim(
    hooks: LauncherHooks,
    pid: number,
    door: Door,
  ): Promise<{ readonly child: LauncherChild; readonly servlets: readonly LaunchedServlet[] }> {
    const child = new LauncherChild(hooks);
    child.#follow(await reachLauncher(pid, door, (message) => child.#receive(message)));
    const claimed = await child.#answers.ask<Extract<FromLauncher, { type: 'claimed' }>>(
      child.#link,
      { type: 'claim', protocol: LAUNCHER_PROTOCOL, token: door.token },
    );
    child.#nextCall = claimed.nextCall;
    const servlets = claimed.servlets.map(({ call, options, birth }) => {
      const servlet = child.#launched(call, options, birth);
      const watchdog = child.#watchdog();
      const nobody = (): void => {};
      child.#launches.set(call, { options, resolve: nobody, reject: nobody, servlet, watchdog });
      return servlet;
    });
    return { child, servlets };
  }

  get pid(): number {
    return this.#link.pid;
  }

  /** After the end of the process: resolves when nothing of its servlets is left. */
  get cleared(): Promise<unknown> {
    return this.#cleared;
  }

  /** See `ServletLauncher`. */
  spawn(options: LaunchedOptions): Promise<LaunchedServlet> {
    const call = this.#nextCall++;
    return new Promise((resolve, reject) => {
      const watchdog = this.#watchdog();
      watchdog.expect(this.#hooks.replyLimitMs);
      this.#launches.set(call, { options, resolve, reject, servlet: null, watchdog });
      this.#send({ type: 'spawn', call, options });
    });
  }

  /** What the servlets take; empty when there is nothing to tell, or it was asked for already. */
  usages(): Promise<Usages> {
    if (this.#isOver || this.#measured !== null) return Promise.resolve(new Map());
    return new Promise((resolve) => {
      this.#measured = resolve;
      this.#send({ type: 'measure' });
    });
  }

  /** Opens the door for the next Vili; from now on the process tells this one nothing, until `keep`. */
  pass(): Promise<Door> {
    return this.#answers.ask<Door>(this.#link, { type: 'pass' });
  }

  /** The next Vili did not come: what happened meanwhile is told now, and what it started is ended. */
  keep(): void {
    this.#send({ type: 'keep' });
  }

  /** The next Vili has the process and its servlets; nothing more is heard of them here. */
  letGo(): void {
    this.#isOver = true;
    for (const { watchdog } of this.#launches.values()) watchdog.stop();
    this.#send({ type: 'let-go' });
    this.#link.letGo();
  }

  /** Ends the process, and with it whatever servlets are left; takes at most 6 s. */
  async close(): Promise<void> {
    this.#send({ type: 'close' });
    const limit = new AbortController();
    const { ended } = this.#link;
    const late = async (): Promise<void> => {
      await sleep(CLOSE_LIMIT_MS, null, { signal: limit.signal });
      this.#link.kill();
      // A process that the kernel cannot end now is left to it.
      await sleep(CLOSE_LIMIT_MS, null, { signal: limit.signal });
      this.#over('it could not be ended');
    };
    await Promise.race([ended, late().catch(() => ended)]);
    limit.abort();
    await this.#cleared;
  }

  // Private

  #follow(link: LauncherLink): void {
    this.#link = link;
    void link.ended.then((how) => this.#over(how));
  }

  #watchdog(): Watchdog {
    return new Watchdog(this.#hooks.replyLimitMs / REPLY_CHECKS, () => this.#giveUp());
  }

  #launched(call: number, { instance }: LaunchedOptions, birth: Birth): LaunchedServlet {
    return new LaunchedServlet(instance.id, birth, (options) => {
      this.#launches.get(call)?.watchdog.expect(this.#hooks.replyLimitMs + options.timeoutMs);
      this.#send({ type: 'stop', call, options });
    });
  }

  #send(message: ToLauncher): void {
    this.#link.send(message);
  }

  #receive(message: FromLauncher): void {
    if (message.type === 'measured') return this.#reportUsages(message.usages);
    if (this.#answers.take(message)) return;
    const { call } = message;
    const launch = this.#launches.get(call);
    if (launch === undefined) return;
    if (message.type !== 'exited') launch.watchdog.stop();
    switch (message.type) {
      case 'spawned':
        launch.servlet = this.#launched(call, launch.options, message.birth);
        return launch.resolve(launch.servlet);
      case 'spawn-failed':
        this.#launches.delete(call);
        return launch.reject(new ViliError(message.code, message.text));
      case 'exited':
        launch.servlet?.ended(this.#masked(message.exit), Promise.resolve(message.survivors));
        break;
      case 'stopped':
        launch.servlet?.stopped(this.#maskedReport(message.report));
    }
    if (!launch.servlet?.isOver) return;
    launch.watchdog.stop();
    this.#launches.delete(call);
  }

  #reportUsages(list: readonly (readonly [call: number, usage: ProcessUsage])[]): void {
    const usages = new Map<string, ProcessUsage>();
    for (const [call, usage] of list) {
      const id = this.#launches.get(call)?.servlet?.id;
      if (id !== undefined) usages.set(id, usage);
    }
    this.#measured?.(usages);
    this.#measured = null;
  }

  /** The last words of a servlet may hold a secret, such as the address of its database. */
  #masked(exit: Exit): Exit {
    return { ...exit, text: this.#hooks.maskText(exit.text) };
  }

  #maskedReport(report: StopReport | null): StopReport | null {
    const exit = report?.exit ?? null;
    return report === null || exit === null ? report : { ...report, exit: this.#masked(exit) };
  }

  /** A launcher process that no longer replies is useless: it would not even report the end of running. */
  #giveUp(): void {
    this.#link.kill();
    this.#over(`it did not reply for ${this.#hooks.replyLimitMs / 1000} s and was killed`);
  }

  /** The kernel hangs up all servlets; they and everything they started are killed. */
  #over(how: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#reportUsages([]);
    const launches = [...this.#launches.values()];
    for (const { watchdog } of launches) watchdog.stop();
    this.#launches.clear();
    this.#cleared = Promise.all(launches.map((launch) => this.#abandon(launch, how)));
    this.#hooks.onEnd(how);
  }

  async #abandon({ options, servlet, reject }: Launch, how: string): Promise<void> {
    const leader = servlet?.identity() ?? null;
    // The pid record stays: the next start under that id, or the next Vili, finds no living process there.
    const survivors = killServletTree(leader, options.tag, true, KILL_TIMEOUT_MS);
    const text = `hung up, since the process of Vili that keeps servlets has ended (${how})`;
    // At once: whatever the servlet seems to do from now on is not its own doing.
    servlet?.ended(exitInfrastructureFailure(text, this.#hooks.now()), survivors);
    servlet?.stopped(null);
    await survivors;
    reject(launcherLost(options, how));
  }
}

/** The error of a start that the launcher process can no longer carry out. */
export function launcherLost({ instance }: LaunchedOptions, how: string): ViliError {
  const text = `${instance.id} was not started: the process of Vili that keeps servlets has ended (${how})`;
  return new ViliError('VILI_KEEPER_LOST', text);
}

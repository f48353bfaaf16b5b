import { type ChildProcess, spawn } from 'node:child_process';

/** Of systemd. Node has no datagram sockets of the unix kind, which `NOTIFY_SOCKET` is. */
const COMMAND = 'systemd-notify';
/** A message that takes longer is given up: systemd does not read its socket. */
const SEND_LIMIT_MS = 5000;
/** Messages that wait for the one being sent; a state that is told late helps nobody. */
const MAX_WAITING = 16;
const PINGS_PER_LIMIT = 2;
const US_PER_MS = 1000;
/** A timer of node that is to take longer rings at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;

export interface ServiceManagerOptions {
  readonly environment: NodeJS.ProcessEnv;
  readonly pid: number;
  /** Called once, with the first message that could not be sent. */
  readonly onProblem: (text: string) => void;
  readonly command?: string;
}

/**
 * Tells the service manager (sd_notify(3)) that Vili is ready, reloads, stops, and that its event loop turns. Does
 * nothing where no `NOTIFY_SOCKET` is set. Messages are sent one after the other, each by a short-lived process, which is why
 * the unit needs `NotifyAccess=all`.
 */
export class ServiceManager {
  readonly #options: ServiceManagerOptions;
  readonly #isManaged: boolean;
  readonly #waiting: (readonly string[])[] = [];
  #sending: Promise<void> | null = null;
  #hasFailed = false;
  #pings: NodeJS.Timeout | null = null;

  constructor(options: ServiceManagerOptions) {
    this.#options = options;
    this.#isManaged = (options.environment['NOTIFY_SOCKET'] ?? '') !== '';
  }

  /** That process is the service from now on, and pings itself. Resolves when it is told: this one may end then. */
  async handOver(pid: number): Promise<void> {
    this.close();
    this.#tell([`MAINPID=${pid}`]);
    await this.flush();
  }

  /** Users are served. Begins the pings, where the unit has `WatchdogSec`. */
  ready(): void {
    this.#tell(['READY=1']);
    const limitMs = watchdogMs(this.#options);
    if (!this.#isManaged || limitMs === null || this.#pings !== null) return;
    // By a timer of this event loop: one that hangs sends none.
    this.#pings = setInterval(() => this.#ping(), limitMs / PINGS_PER_LIMIT);
    this.#pings.unref();
  }

  /** The settings are read again; `ready` ends it. */
  reloading(): void {
    const monotonicUs = process.hrtime.bigint() / BigInt(US_PER_MS);
    this.#tell(['RELOADING=1', `MONOTONIC_USEC=${monotonicUs}`]);
  }

  /** Vili has begun to stop; the pings go on until it is gone. */
  stopping(): void {
    this.#tell(['STOPPING=1']);
  }

  /** Resolves when all that was told is sent or given up. */
  async flush(): Promise<void> {
    while (this.#sending !== null) await this.#sending;
  }

  /** No more pings; what still waits is dropped, so that `flush` takes no longer than one message. */
  close(): void {
    this.#waiting.length = 0;
    if (this.#pings !== null) clearInterval(this.#pings);
    this.#pings = null;
  }

  // Private

  /** None while another message is on its way: that one is a process that does not end. */
  #ping(): void {
    if (this.#sending === null) this.#tell(['WATCHDOG=1']);
  }

  #tell(message: readonly string[]): void {
    if (!this.#isManaged || this.#waiting.length >= MAX_WAITING) return;
    this.#waiting.push(message);
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = null;
    });
  }

  async #sendAll(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const problem = await this.#send(next);
      if (problem === null || this.#hasFailed) continue;
      this.#hasFailed = true;
      this.#options.onProblem(`systemd cannot be told ${next.join(' ')}: ${problem}`);
    }
  }

  /** Null, or why it was not sent. */
  #send(message: readonly string[]): Promise<string | null> {
    const { environment, command = COMMAND } = this.#options;
    const { NOTIFY_SOCKET, PATH } = environment;
    return new Promise((resolve) => {
      const child: ChildProcess = spawn(command, message, {
        stdio: 'ignore',
        timeout: SEND_LIMIT_MS,
        killSignal: 'SIGKILL',
        env: { ...(PATH === undefined ? {} : { PATH }), NOTIFY_SOCKET },
      });
      child.once('error', ({ message: text }) => resolve(text));
      child.once('exit', (code, signal) =>
        resolve(code === 0 ? null : `${command} ended with ${signal ?? code}`),
      );
    });
  }
}

/**
 * How long systemd waits for a ping, at most as long as two pings of a timer last; null: for ever, or it waits for another
 * process.
 */
export function watchdogMs({
  environment,
  pid,
}: Pick<ServiceManagerOptions, 'environment' | 'pid'>): number | null {
  const { WATCHDOG_USEC = '', WATCHDOG_PID = String(pid) } = environment;
  if (!/^[1-9]\d{3,15}$/.test(WATCHDOG_USEC) || WATCHDOG_PID !== String(pid)) return null;
  return Math.min(Number(WATCHDOG_USEC) / US_PER_MS, TIMER_MAX_MS * PINGS_PER_LIMIT);
}

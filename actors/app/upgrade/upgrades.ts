import { ConflictError, messageOf } from '../../../lib/errors.ts';
import { obey } from '../../../lib/proxy/orders.ts';
import type { Route } from '../../../lib/proxy/route.ts';
import type { UpgradeView } from '../../../lib/operator/views/upgrade-view.ts';
import { patientTimeout } from '../../../lib/runtime/patient-timer.ts';
import type { Lock } from '../../../lib/servlet/lock.ts';
import type { Services } from '../services.ts';
import { rememberState, suspend } from './handover.ts';
import type { Predecessor } from './predecessor.ts';
import { UPGRADE_PROTOCOL, type Wish } from './protocol.ts';
import { Successor } from './successor.ts';

/** Time for the new Vili to read its program and its settings; nothing is changed meanwhile. */
const START_MAX_MS = 60_000;
/** Time for each step of the new Vili while nothing but the proxy acts. */
const STEP_MAX_MS = 30_000;
/** How long connections that an upgrade left behind may stay open: downloads, uploads, WebSockets. */
const LEAVE_MAX_MS = 900_000;
/** Earlier Vilis beside the present one. */
const MAX_OLDER = 2;

export interface UpgradesOptions {
  readonly services: Services;
  readonly lock: Lock;
  /** What this Vili was started with. */
  readonly command: readonly string[];
  /** The Vili before this one. */
  readonly before: Predecessor | null;
  /** Lets all actors start again, on the base as it is now. */
  readonly resume: () => Promise<void>;
  /** Of this process. */
  readonly pid: number;
}

/** Hands everything of this Vili over to a new one: `vili upgrade`. */
export class Upgrades {
  readonly #options: UpgradesOptions;
  /** Resolves when a new Vili has taken over and the last connection here has ended. */
  readonly left: Promise<void>;
  #resolveLeft: () => void = () => {};
  #state: UpgradeView;
  #isStopping = false;
  #successor: Successor | null = null;
  /** Resolves when the new Vili has taken over or failed. */
  #decided: Promise<void> = Promise.resolve();
  /** Set once the new Vili is served. */
  #isLeaving = false;
  /** Where the new Vili sends users, from before it was served on. */
  #route: Pick<Route, 'running' | 'share'> | undefined;
  /** Cuts what is left to the old one. */
  #closing: Promise<void> | null = null;

  constructor(options: UpgradesOptions) {
    this.#options = options;
    const { viliVersion: version } = options.services;
    const taken = { state: 'under-way', pid: options.pid, version } as const;
    const none = { state: 'none', pid: null, version: null } as const;
    this.#state = { ...(options.before === null ? none : taken), problem: '', older: [] };
    this.left = new Promise((resolve) => (this.#resolveLeft = resolve));
  }

  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /** Everything of the Vili before is this one's now. */
  confirm(): void {
    this.#state = { ...this.#state, state: 'done' };
  }

  view(): UpgradeView {
    return { ...this.#state, older: this.#options.before?.older ?? [] };
  }

  /**
   * Starts a new Vili; resolves when that has read its settings, and is about to take over. Throws ConflictError where that is
   * not possible now, VILI_UPGRADE when the new one does not get that far: then nothing has changed.
   */
  async begin(by: string): Promise<UpgradeView> {
    this.#requirePossible();
    const { services, lock, command } = this.#options;
    const { journal, layout } = services;
    this.#state = { state: 'under-way', pid: null, version: null, problem: '', older: [] };
    journal.notice(`${by} asked for an upgrade: a new Vili starts`);
    const successor = (this.#successor = new Successor({
      command,
      environment: services.environment,
      lockFile: lock.file,
      onMessage: (message) => this.#obey(successor, message),
    }));
    try {
      const { protocol, version, base, identifier } = await successor.next('hello', START_MAX_MS);
      if (protocol !== UPGRADE_PROTOCOL) {
        throw new ConflictError(
          `the new Vili (${version}) speaks protocol ${protocol}, this one ${UPGRADE_PROTOCOL}: stop Vili and start it`,
        );
      }
      if (base !== layout.base || identifier !== layout.identifier) {
        const own = `${layout.identifier} in ${layout.base}`;
        throw new ConflictError(`the new Vili is for ${identifier} in ${base}, not for ${own}`);
      }
      if (this.#isStopping) throw new ConflictError('Vili stops');
      this.#state = { ...this.#state, pid: successor.pid, version };
    } catch (error) {
      await successor.kill();
      this.#failed(error);
      throw error;
    }
    this.#decided = this.#handOver(successor);
    return this.view();
  }

  /** Vili stops: a new one that has not taken over must not. Resolves when it is known whether it has. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    if (!this.#isLeaving) await this.#successor?.kill();
    await this.#decided;
  }

  /** Ends, within the time, what a new Vili has left to this one. */
  endLeft(deadlineMs: number): Promise<void> {
    this.#closing ??= this.#options.services.proxy.close(deadlineMs);
    return this.#closing;
  }

  // Private

  #requirePossible(): void {
    const { pid, before } = this.#options;
    if (pid === 1) {
      throw new ConflictError(
        'Vili is process 1 here, with which the container ends: start a new container instead',
      );
    }
    if (this.#isStopping || this.#isLeaving) throw new ConflictError('this Vili is about to end');
    if (this.#state.state === 'under-way') throw new ConflictError('an upgrade is under way');
    const older = before?.older ?? [];
    if (older.length < MAX_OLDER) return;
    throw new ConflictError(
      `${older.length} earlier Vilis still have connections of users (pids ${older.join(', ')}), at most ` +
        `${LEAVE_MAX_MS / 60_000} minutes each; try again when one has ended`,
    );
  }

  async #handOver(successor: Successor): Promise<void> {
    const { services, lock, resume } = this.#options;
    const { launcher, proxy, journal } = services;
    const restoreState = await rememberState(services);
    let isPassed = false;
    try {
      const handover = await suspend(services);
      isPassed = true;
      successor.send({ type: 'take', protocol: UPGRADE_PROTOCOL, handover });
      await successor.next('prepared', STEP_MAX_MS);
      successor.send({ type: 'listener' }, proxy.listener);
      await successor.next('serving', STEP_MAX_MS);
    } catch (error) {
      await successor.kill();
      lock.confirm();
      if (isPassed) launcher.keep();
      await restoreState().catch((cause: unknown) => journal.error(messageOf(cause)));
      if (!this.#isStopping) await resume();
      this.#failed(error);
      return;
    }
    launcher.letGo();
    await lock.release();
    this.#isLeaving = true;
    void this.#leave(successor);
  }

  #failed(error: unknown): void {
    const problem = messageOf(error);
    this.#state = { ...this.#state, state: 'failed', problem };
    this.#options.services.journal.error(`the upgrade failed, and this Vili goes on: ${problem}`);
  }

  /** Serves the connections that are left, then ends. */
  async #leave(successor: Successor): Promise<void> {
    const { services, before } = this.#options;
    const { proxy, journal, live, manager } = services;
    process.title = 'vili: leaving';
    journal.notice(`Vili ${this.#state.version} (pid ${successor.pid}) has taken over`);
    successor.send({ type: 'yours', older: this.#older() });
    void before?.gone.then(() => successor.send({ type: 'older', older: this.#older() }));
    this.#follow();
    const drainMs = live.settings.drain.timeoutMs;
    // Nothing is behind this proxy any more.
    void successor.ended.then(() => this.endLeft(drainMs));
    const late = patientTimeout(LEAVE_MAX_MS, () => void this.endLeft(drainMs));
    // Before this process ends: the service manager would take that for the end of the service.
    await Promise.all([manager.handOver(successor.pid), proxy.leave()]);
    late.stop();
    await this.endLeft(0);
    successor.leave();
    this.#resolveLeft();
  }

  /** This process, and those before it that have connections. */
  #older(): readonly number[] {
    return [this.#options.pid, ...(this.#options.before?.older ?? [])];
  }

  #obey(successor: Successor, message: Wish): void {
    switch (message.type) {
      case 'route':
        this.#route = { running: message.running, share: message.share ?? null };
        return this.#follow();
      case 'drain':
      case 'move-on':
        return obey(this.#isLeaving ? this.#options.services.proxy : null, message, (done) =>
          successor.send(done),
        );
      case 'end':
        if (this.#isLeaving) void this.endLeft(message.deadlineMs);
    }
  }

  #follow(): void {
    if (!this.#isLeaving || this.#route === undefined) return;
    this.#options.services.proxy.setRoute({ ...this.#route, mirroring: false });
  }
}

import type { Exchange } from '../../../model/exchange.ts';
import { type CopyRequest, isRepeatable } from '../../request/copy-request.ts';
import type { Requester, ShadowResponse } from '../../request/requester.ts';
import type { OpenPair } from './open-pair.ts';
import type { BaselinePlan } from './plan.ts';

/** Second requests under way are at most this share of `concurrency`... */
const PLANNED_SHARE = 1 / 4;
/** ...and this many times as many for pairs that depend on it. */
const NEEDED_FACTOR = 2;

export interface AskingSettings {
  readonly concurrency: number;
  readonly plan: BaselinePlan;
  readonly running: Requester;
  readonly testing: Requester;
  readonly copyRequest: CopyRequest;
  readonly random: () => number;
}

/**
 * Puts the request of a pair a second time: to both versions at the same moment, so that like is
 * compared with like, or to running alone. Bounded, since it is running that users wait for.
 */
export class AskAgain {
  readonly #settings: AskingSettings;
  readonly #maxPlanned: number;
  #open = 0;

  constructor(settings: AskingSettings) {
    this.#settings = settings;
    this.#maxPlanned = Math.max(1, Math.floor(settings.concurrency * PLANNED_SHARE));
  }

  /** Whether to ask again whatever testing's response will be; if so, a place is taken for it. */
  plans(exchange: Exchange, endpoint: string, isDenied: boolean): boolean {
    if (!isRepeatable(exchange) || this.#open >= this.#maxPlanned) return false;
    if (!this.#settings.plan.wanted(endpoint, isDenied)) return false;
    this.#open++;
    return true;
  }

  /** Takes a place for a pair that needs it; `no-room`: it may be asked again, but not now. */
  needs(exchange: Exchange): 'ask' | 'no-room' | 'never' {
    const { plan } = this.#settings;
    if (!isRepeatable(exchange) || !plan.isOn) return 'never';
    if (this.#open >= NEEDED_FACTOR * this.#maxPlanned || !plan.mayAsk()) return 'no-room';
    this.#open++;
    return 'ask';
  }

  /** The place that was taken is not needed after all. */
  giveBack(): void {
    this.#open--;
  }

  running(pair: OpenPair, done: () => void): void {
    pair.waitsFor++;
    this.#askRunning(pair, done);
  }

  /** In random order, so that neither version is always the first at the processor. */
  both(pair: OpenPair, onTesting: (response: ShadowResponse) => void, done: () => void): void {
    pair.waitsFor += 2;
    const isRunningFirst = this.#settings.random() < 0.5;
    if (isRunningFirst) this.#askRunning(pair, done);
    const { testing, copyRequest } = this.#settings;
    testing.send(copyRequest(pair.exchange, 'test'), pair.limits, (response) => {
      pair.testingAgain = response;
      onTesting(response);
      this.#received(pair, done);
    });
    if (!isRunningFirst) this.#askRunning(pair, done);
  }

  // Private

  #askRunning(pair: OpenPair, done: () => void): void {
    const { running, copyRequest } = this.#settings;
    running.send(copyRequest(pair.exchange, 'control'), pair.limits, (response) => {
      this.#open--;
      pair.runningAgain = response;
      this.#received(pair, done);
    });
  }

  #received(pair: OpenPair, done: () => void): void {
    pair.waitsFor--;
    if (pair.waitsFor === 0) done();
  }
}

import { type CopyRequest, isRepeatable } from '../../request/copy-request.ts';
import type { Requester } from '../../request/requester.ts';
import type { ClientState } from '../../state/client-state.ts';
import { asStranger } from '../../state/strangers.ts';
import type { OpenPair } from './open-pair.ts';
import type { BaselinePlan } from './plan.ts';

/** Requests of strangers under way are at most this share of `concurrency`. */
const SHARE = 1 / 8;

export interface StrangerSettings {
  readonly concurrency: number;
  readonly plan: BaselinePlan;
  readonly running: Requester;
  readonly copyRequest: CopyRequest;
  readonly state: ClientState;
}

/** Asks running for what a user asked without the user's session: what it gives to strangers. */
export class AskStranger {
  readonly #settings: StrangerSettings;
  readonly #max: number;
  #open = 0;

  constructor(settings: StrangerSettings) {
    this.#settings = settings;
    this.#max = Math.max(1, Math.floor(settings.concurrency * SHARE));
  }

  /** `done` is called only when the pair waits for nothing else any longer. */
  ask(pair: OpenPair, done: (pair: OpenPair) => void): void {
    const { exchange, endpoint, carried } = pair;
    const { plan, state, running, copyRequest } = this.#settings;
    if (carried.kinds.length === 0 || !isRepeatable(exchange)) return;
    if (this.#open >= this.#max || !plan.mayAsk()) return;
    if (!state.wantsStranger(carried, endpoint)) return;
    this.#open++;
    pair.isStrangerOpen = true;
    const request = copyRequest(asStranger(exchange, new Set(carried.kinds)), 'control');
    running.send(request, pair.limits, (response) => {
      this.#open--;
      pair.stranger = response;
      pair.isStrangerOpen = false;
      if (pair.isReady) done(pair);
    });
  }
}

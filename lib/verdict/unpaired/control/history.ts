import { readRecord } from '../../evidence/checkpoint.ts';
import { type Block, Blocks } from '../blocks.ts';
import { HeavyClients } from './heavy-clients.ts';
import { kindsOf, type UserResponse } from '../kinds.ts';
import { Rates } from './rates.ts';

/**
 * How the version that serves users has done so far. Once another one has taken its place, nothing is added any
 * more, and the other one is judged against it. Bounded by the number of endpoints.
 */
export class UserHistory {
  readonly rates = new Rates();
  readonly heavy = new HeavyClients();
  readonly #blocks = new Blocks();

  /** Takes in one response; cheap, since this goes on at all times. */
  responded(response: UserResponse): void {
    this.#end(this.#blocks.advance(response.atMs));
    const name = this.rates.nameOf(response.endpoint);
    const rate = this.rates.of(name);
    const kinds = kindsOf(response, rate.slowAboveMs);
    if (response.failure === null && response.status < 500) rate.learnTime(response.ms);
    this.#blocks.add(name, response.client, kinds);
  }

  /** Takes in what was not complete yet: call it before it is compared with. */
  close(): void {
    this.#end(this.#blocks.flush());
  }

  checkpoint(): unknown {
    return { rates: this.rates.checkpoint(), heavy: this.heavy.checkpoint() };
  }

  /** @throws ViliError `VILI_VERDICT_CHECKPOINT` naming the field that is not as it should be. */
  static restore(data: unknown): UserHistory {
    const record = readRecord(data, 'history');
    const history = new UserHistory();
    history.rates.restore(record['rates'], 'history.rates');
    history.heavy.restore(record['heavy'], 'history.heavy');
    return history;
  }

  // Private

  #end(block: Block | null): void {
    if (block === null) return;
    this.rates.add(block);
    for (const { client, responses } of block.all.values()) this.heavy.add(client, responses);
  }
}

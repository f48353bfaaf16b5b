import { readCount, readList, readRecord, readText } from '../../evidence/checkpoint.ts';
import { HEAVY_KEPT } from '../parameters.ts';

/**
 * The clients with a large share of all requests, in bounded memory (space saving, Metwally et al. 2005): a
 * client with more than 1 in `HEAVY_KEPT` of the requests is always among those kept.
 */
export class HeavyClients {
  readonly #counts = new Map<string, { count: number; error: number }>();
  #total = 0;

  add(client: string, requests: number): void {
    this.#total += requests;
    const known = this.#counts.get(client);
    if (known !== undefined) {
      known.count += requests;
      return;
    }
    let error = 0;
    if (this.#counts.size >= HEAVY_KEPT) {
      let least: [string, { count: number }] | undefined;
      for (const entry of this.#counts) {
        if (least === undefined || entry[1].count < least[1].count) least = entry;
      }
      if (least !== undefined) {
        error = least[1].count;
        this.#counts.delete(least[0]);
      }
    }
    this.#counts.set(client, { count: error + requests, error });
  }

  /** The share of all requests that it certainly sent; 0 when it is not known. */
  shareOf(client: string): number {
    const known = this.#counts.get(client);
    return known === undefined ? 0 : (known.count - known.error) / this.#total;
  }

  checkpoint(): unknown {
    const list = [...this.#counts].map(([client, { count, error }]) => ({ client, count, error }));
    return { total: this.#total, list };
  }

  /** @throws ViliError `VILI_VERDICT_CHECKPOINT` naming the field that is not as it should be. */
  restore(data: unknown, where: string): void {
    const record = readRecord(data, where);
    this.#total = readCount(record['total'], `${where}.total`);
    for (const [index, one] of readList(record['list'], `${where}.list`, HEAVY_KEPT).entries()) {
      const at = `${where}.list[${index}]`;
      const { client, count, error } = readRecord(one, at);
      this.#counts.set(readText(client, `${at}.client`), {
        count: readCount(count, `${at}.count`),
        error: readCount(error, `${at}.error`),
      });
    }
  }
}

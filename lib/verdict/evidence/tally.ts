import { readCount, readList, readRecord, readText, readTexts } from './checkpoint.ts';

const MAX_ENTRIES = 8;
const MAX_SAMPLES = 5;
const MAX_TEXT = 120;

export interface TallyEntry {
  readonly kind: string;
  readonly path: string;
  /** Both sides as rendered at the first occurrence, empty where there is nothing to show. */
  readonly running: string;
  readonly testing: string;
  count: number;
  /** The first request ids. */
  readonly samples: string[];
}

/**
 * Counts what differs, by kind and path, in a bounded number of entries. When the tally is full, an
 * entry that occurred only once makes room, so that what keeps occurring stays.
 */
export class Tally {
  #entries: TallyEntry[] = [];

  add(
    what: { kind: string; path: string; running?: string; testing?: string },
    requestId: string,
  ): void {
    const path = what.path.slice(0, MAX_TEXT);
    let entry = this.#entries.find((one) => one.kind === what.kind && one.path === path);
    if (entry === undefined) {
      if (this.#entries.length >= MAX_ENTRIES) {
        const once = this.#entries.findIndex((one) => one.count === 1);
        if (once < 0) return;
        this.#entries.splice(once, 1);
      }
      const running = (what.running ?? '').slice(0, MAX_TEXT);
      const testing = (what.testing ?? '').slice(0, MAX_TEXT);
      entry = { kind: what.kind, path, running, testing, count: 0, samples: [] };
      this.#entries.push(entry);
    }
    entry.count++;
    if (entry.samples.length < MAX_SAMPLES) entry.samples.push(requestId.slice(0, MAX_TEXT));
  }

  /** The most frequent first. */
  entries(): readonly TallyEntry[] {
    return [...this.#entries].sort((left, right) => right.count - left.count);
  }

  checkpoint(): unknown {
    return this.#entries.map((entry) => ({ ...entry, samples: [...entry.samples] }));
  }

  restore(data: unknown, where: string): void {
    this.#entries = readList(data, where, MAX_ENTRIES).map((one, index) => {
      const at = `${where}[${index}]`;
      const record = readRecord(one, at);
      return {
        kind: readText(record['kind'], `${at}.kind`),
        path: readText(record['path'], `${at}.path`),
        running: readText(record['running'], `${at}.running`),
        testing: readText(record['testing'], `${at}.testing`),
        count: readCount(record['count'], `${at}.count`),
        samples: readTexts(record['samples'], `${at}.samples`, MAX_SAMPLES),
      };
    });
  }
}

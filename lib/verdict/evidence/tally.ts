import { readCount, readList, readRecord, readText, readTexts } from './checkpoint.ts';

const MAX_ENTRIES = 16;
/** Entries that one pair adds to a full tally. */
const MAX_ADMITTED = 4;
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

  /**
   * Counts what differs in the `pair`-th pair. What is new begins with another one each time, so that a field
   * that differs in each pair gets its turn among many that never do again.
   */
  addAll(list: readonly What[], requestId: string, pair: number): void {
    const unknown: What[] = [];
    for (const what of list) {
      if (this.#find(what) === undefined) unknown.push(what);
      else this.add(what, requestId);
    }
    const most = Math.max(MAX_ADMITTED, MAX_ENTRIES - this.#entries.length);
    for (let n = 0; n < Math.min(most, unknown.length); n++) {
      const what = unknown[(pair * MAX_ADMITTED + n) % unknown.length];
      if (what !== undefined) this.add(what, requestId);
    }
  }

  add(what: What, requestId: string): void {
    const path = what.path.slice(0, MAX_TEXT);
    let entry = this.#find(what);
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

  /** The most frequent first; among equals by their names, not by which request came first. */
  entries(): readonly TallyEntry[] {
    return [...this.#entries].sort(
      (left, right) => right.count - left.count || compareText(left.path, right.path),
    );
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

  // Private

  #find({ kind, path }: What): TallyEntry | undefined {
    const name = path.slice(0, MAX_TEXT);
    return this.#entries.find((one) => one.kind === kind && one.path === name);
  }
}

// Private

interface What {
  readonly kind: string;
  readonly path: string;
  readonly running?: string;
  readonly testing?: string;
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

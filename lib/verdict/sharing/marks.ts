import { readList, readNumber } from '../evidence/checkpoint.ts';

/** The latest so many are kept with their times. */
export const MAX_MARKS = 192;

/** One piece of evidence that was counted: when (ms of the test), and for which side. */
export interface Mark {
  readonly atMs: number;
  readonly isWorse: boolean;
}

/**
 * When one-sided pairs were counted. One hiccup is one piece of evidence on one host; where several hosts share what
 * hiccups, only the times show that it was one.
 */
export class Marks {
  #list: Mark[] = [];

  note(atMs: number, isWorse: boolean): void {
    if (this.#list.length >= MAX_MARKS) this.#list.shift();
    this.#list.push({ atMs, isWorse });
  }

  list(): readonly Mark[] {
    return this.#list;
  }

  /** In pairs of a time and 1 for worse, 0 for better. */
  checkpoint(): unknown {
    return this.#list.flatMap(({ atMs, isWorse }) => [atMs, isWorse ? 1 : 0]);
  }

  restore(data: unknown, where: string): void {
    const numbers = readList(data, where, 2 * MAX_MARKS).map((one, index) =>
      readNumber(one, `${where}[${index}]`),
    );
    this.#list = [];
    for (let at = 0; at + 1 < numbers.length; at += 2) {
      this.#list.push({ atMs: numbers[at] as number, isWorse: numbers[at + 1] === 1 });
    }
  }
}

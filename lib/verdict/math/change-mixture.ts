import { ViliError } from '../../errors.ts';
import { readCount, readList, readRecord, readValue } from '../evidence/checkpoint.ts';
import { E_VALUE_CAP } from './e-values.ts';

/** Most of the bet is on a fault that is there from the start, the rest on one that begins later. */
const FROM_THE_START = 0.8;
export const LATER = 0.2;

/** The share that is bet on a change at observation n, and what is left for later ones. */
export function priorOfChange(n: number): number {
  return n === 1 ? FROM_THE_START : LATER / (n * (n - 1));
}

export function priorLeft(n: number): number {
  return LATER / n;
}

/** The alternatives of one test. `relative`: the rates are shares of the way from the null rate to 1. */
export interface ChangeAlternatives {
  readonly rates: readonly number[];
  readonly bets: readonly number[];
  readonly relative: boolean;
}

export const burstAlternatives: ChangeAlternatives = {
  rates: [0.2, 0.45, 0.9],
  bets: [0.3, 0.3, 0.4],
  relative: true,
};
export const latencyAlternatives: ChangeAlternatives = {
  rates: [0.55, 0.65, 0.8, 0.95],
  bets: [0.25, 0.25, 0.25, 0.25],
  relative: false,
};
export const authAlternatives: ChangeAlternatives = {
  rates: [0.1, 0.9],
  bets: [0.5, 0.5],
  relative: false,
};

/**
 * An e-value against P(hit | past) <= a null rate, which may change from one observation to the next
 * as long as it is fixed before the observation. It mixes over alternatives and over the time of the
 * change (e-detectors, Shin, Ramdas and Rinaldo, arXiv 2203.03532), so that a long good past costs only
 * the logarithm of its length and a leak is found soon. The prior of a change at observation n is
 * 0.2 / (n (n - 1)).
 */
export class ChangeMixture {
  readonly #alternatives: ChangeAlternatives;
  readonly #masses: number[];
  #observations = 0;
  #value = 1;

  constructor(alternatives: ChangeAlternatives) {
    this.#alternatives = alternatives;
    // Filled with a fraction first, so that V8 stores unboxed doubles from the start.
    this.#masses = alternatives.rates.map(() => 0.5);
    this.#masses.fill(0);
  }

  get value(): number {
    return this.#value;
  }

  /** Takes in one observation and returns the new value. */
  update(hit: boolean, nullRate: number): number {
    const { rates, bets, relative } = this.#alternatives;
    const masses = this.#masses;
    const n = ++this.#observations;
    const prior = priorOfChange(n);
    let sum = priorLeft(n);
    for (let index = 0; index < masses.length; index++) {
      const given = rates[index] as number;
      const rate = relative ? nullRate + (1 - nullRate) * given : given;
      const factor = rate <= nullRate ? 1 : hit ? rate / nullRate : (1 - rate) / (1 - nullRate);
      const mass = (masses[index] as number) + prior * (bets[index] as number);
      masses[index] = Math.min(factor * mass, E_VALUE_CAP);
      sum += masses[index] as number;
    }
    this.#value = sum;
    return sum;
  }

  /** What was worked out elsewhere, for evidence that is only read. */
  assume(value: number): number {
    return (this.#value = value);
  }

  checkpoint(): unknown {
    return { observations: this.#observations, value: this.#value, masses: [...this.#masses] };
  }

  /** @throws ViliError `VILI_VERDICT_CHECKPOINT` for anything but a checkpoint of the same test. */
  restore(data: unknown, where: string): void {
    const record = readRecord(data, where);
    const masses = readList(record['masses'], `${where}.masses`, this.#masses.length);
    if (masses.length !== this.#masses.length) {
      throw new ViliError(
        'VILI_VERDICT_CHECKPOINT',
        `${where}.masses has ${masses.length} entries, the test has ${this.#masses.length}`,
      );
    }
    for (const [index, mass] of masses.entries()) {
      this.#masses[index] = readValue(mass, `${where}.masses[${index}]`);
    }
    this.#observations = readCount(record['observations'], `${where}.observations`);
    this.#value = readValue(record['value'], `${where}.value`);
  }
}

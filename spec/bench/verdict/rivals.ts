import { compareSeverity, severityOf } from '../../../lib/compare/severity.ts';
import type { Judge, Outcome } from './judges.ts';
import { kayentaHigh } from './mann-whitney.ts';
import type { Side, SimulatedPair } from './traffic.ts';

/**
 * The original rule: score = requests - 100 breaking - 10 errors - warnings for each side; from five
 * minutes on promote when running's score minus testing's is at least -50. It never rejects.
 */
export class OriginalRule implements Judge {
  #since = 0;
  #running = 0;
  #testing = 0;

  log(_: number, side: Side, level: 'error' | 'warn', lines: number): void {
    const cost = (level === 'error' ? 10 : 1) * lines;
    if (side === 'testing') this.#testing -= cost;
    else this.#running -= cost;
  }

  pair({ atSeconds, running, testing }: SimulatedPair): Outcome {
    this.#running++;
    if (testing.failure !== null) return null;
    if (testing.status === 404 && running.status !== 404) this.#testing -= 100;
    this.#testing++;
    if (atSeconds - this.#since < 300) return null;
    if (this.#running - this.#testing >= -50) return 'promote';
    if (atSeconds - this.#since >= 900) {
      this.#since = atSeconds;
      this.#running = 0;
      this.#testing = 0;
    }
    return null;
  }
}

/** Flagger's mirror example: every minute at least 99 % non-5xx and p99 up to 500 ms; 10 good, 2 bad. */
export class FlaggerLike implements Judge {
  #minuteEnd = 60;
  #requests = 0;
  #failures = 0;
  #durations: number[] = [];
  #good = 0;
  #bad = 0;

  log(): void {
    // This rule does not use logs.
  }

  pair({ atSeconds, testing }: SimulatedPair): Outcome {
    while (atSeconds >= this.#minuteEnd) {
      this.#minuteEnd += 60;
      const success = this.#requests > 0 && this.#failures <= 0.01 * this.#requests;
      const fine = success && quantile(this.#durations, 0.99) <= 500;
      this.#requests = 0;
      this.#failures = 0;
      this.#durations = [];
      if (fine) this.#good++;
      else this.#bad++;
      if (this.#good >= 10) return 'promote';
      if (this.#bad >= 2) return 'reject';
    }
    this.#requests++;
    if (severityOf(testing) === 2) this.#failures++;
    this.#durations.push(testing.ms);
    return null;
  }
}

/** The exact one-sided McNemar test at 5 %, evaluated after every worse pair, promoting at 1,000. */
export class RepeatedMcNemar implements Judge {
  #pairs = 0;
  #worse = 0;
  #better = 0;

  log(): void {
    // This rule does not use logs.
  }

  pair({ running, testing }: SimulatedPair): Outcome {
    this.#pairs++;
    const comparison = compareSeverity(running, testing);
    if (comparison < 0) this.#better++;
    if (comparison > 0) {
      this.#worse++;
      if (binomialTail(this.#worse, this.#worse + this.#better) < 0.05) return 'reject';
    }
    return this.#pairs >= 1000 ? 'promote' : null;
  }
}

/**
 * Kayenta's judge: one point a minute for error rate, p50, p99 and log errors of both sides, compared
 * by Mann and Whitney's test; 50 points, evaluated every 5 from 10 on.
 */
export class KayentaLike implements Judge {
  #minuteEnd = 60;
  #minute = emptyMinute();
  readonly #metrics: { testing: number[]; running: number[] }[] = Array.from({ length: 4 }, () => ({
    testing: [],
    running: [],
  }));

  log(_: number, side: Side, level: 'error' | 'warn', lines: number): void {
    if (level === 'error') this.#minute[side].lines += lines;
  }

  pair({ atSeconds, running, testing }: SimulatedPair): Outcome {
    while (atSeconds >= this.#minuteEnd) {
      this.#minuteEnd += 60;
      const outcome = this.#closeMinute();
      if (outcome !== null) return outcome;
    }
    this.#minute.requests++;
    for (const [side, answer] of [['testing', testing] as const, ['running', running] as const]) {
      if (severityOf(answer) > 0) this.#minute[side].failures++;
      this.#minute[side].durations.push(answer.ms);
    }
    return null;
  }

  // Private

  #closeMinute(): Outcome {
    const minute = this.#minute;
    this.#minute = emptyMinute();
    if (minute.requests > 0) {
      for (const side of ['testing', 'running'] as const) {
        const { failures, durations, lines } = minute[side];
        const values = [
          failures / minute.requests,
          quantile(durations, 0.5),
          quantile(durations, 0.99),
          lines,
        ];
        for (const [index, value] of values.entries()) this.#metrics[index]?.[side].push(value);
      }
    }
    const points = this.#metrics[0]?.testing.length ?? 0;
    if (points < 10 || (points < 50 && points % 5 !== 0)) return null;
    const passing = this.#metrics.filter((one) => !kayentaHigh(one.testing, one.running)).length;
    if (points >= 50) return passing === 4 ? 'promote' : 'reject';
    return passing < 3 ? 'reject' : null;
  }
}

// Private

function emptyMinute() {
  return { requests: 0, testing: emptySide(), running: emptySide() };
}

function emptySide() {
  return { failures: 0, durations: [] as number[], lines: 0 };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

function binomialTail(from: number, total: number): number {
  let term = 2 ** -total;
  let sum = 0;
  for (let hits = total; hits >= from; hits--) {
    sum += term;
    term = (term * hits) / (total - hits + 1);
  }
  return Math.min(1, sum);
}

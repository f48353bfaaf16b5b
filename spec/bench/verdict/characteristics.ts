import type { Judge, Outcome } from './judges.ts';
import type { Scenario, ScenarioLabel } from './scenarios.ts';
import { simulate, type TrafficSettings } from './traffic.ts';

/** The results of one rule in one scenario. */
export interface Cell {
  readonly scenario: string;
  readonly label: ScenarioLabel;
  runs: number;
  promoted: number;
  rejected: number;
  readonly promotedAt: number[];
  readonly rejectedAt: number[];
}

/** Over all scenarios: how often a bad version was promoted and a good one rejected. */
export interface Summary {
  readonly promoteBad: number;
  readonly worstPromoteBad: Cell | null;
  readonly rejectGood: number;
  readonly worstRejectGood: Cell | null;
}

export const usualTraffic: TrafficSettings = {
  requestsPerSecond: 3,
  requests: 20_000,
  history: 0,
};

const SEED_STRIDE = 1_000_003;

/** Runs one scenario with a fresh judge each time; the same seed gives the same traffic. */
export function measure(
  scenario: Scenario,
  makeJudge: () => Judge,
  options: { runs: number; seed: number; traffic: TrafficSettings },
): Cell {
  const cell: Cell = {
    scenario: scenario.name,
    label: scenario.label,
    runs: options.runs,
    promoted: 0,
    rejected: 0,
    promotedAt: [],
    rejectedAt: [],
  };
  for (let run = 0; run < options.runs; run++) {
    const judge = makeJudge();
    let outcome: Outcome = null;
    const seed = options.seed * SEED_STRIDE + run;
    const requests = simulate(scenario, seed, options.traffic, {
      history: (rank, running) => judge.history?.(rank, running),
      startup: (errors) => {
        if (judge.startup === undefined) judge.log(0, 'testing', 'error', errors);
        else judge.startup(errors);
      },
      log: (atSeconds, side, level, lines) => judge.log(atSeconds, side, level, lines),
      errorText: (atSeconds, side, text) => judge.errorText?.(atSeconds, side, text),
      earlierErrors: (windows, texts) => judge.earlierErrors?.(windows, texts),
      pair: (pair) => {
        outcome = judge.pair(pair);
        return outcome !== null;
      },
    });
    record(cell, outcome, requests);
  }
  return cell;
}

export function summarize(cells: readonly Cell[]): Summary {
  const bad = cells.filter((cell) => cell.label === 'bad');
  const good = cells.filter((cell) => cell.label === 'good');
  const promoted = (cell: Cell): number => cell.promoted / cell.runs;
  const rejected = (cell: Cell): number => cell.rejected / cell.runs;
  return {
    promoteBad: mean(bad.map(promoted)),
    worstPromoteBad: largest(bad, promoted),
    rejectGood: mean(good.map(rejected)),
    worstRejectGood: largest(good, rejected),
  };
}

export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[sorted.length >> 1] ?? null;
}

// Private

function record(cell: Cell, outcome: Outcome, requests: number): void {
  if (outcome === 'promote') {
    cell.promoted++;
    cell.promotedAt.push(requests);
  } else if (outcome === 'reject') {
    cell.rejected++;
    cell.rejectedAt.push(requests);
  }
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function largest(cells: readonly Cell[], valueOf: (cell: Cell) => number): Cell | null {
  let found: Cell | null = null;
  for (const cell of cells) if (found === null || valueOf(cell) > valueOf(found)) found = cell;
  return found;
}

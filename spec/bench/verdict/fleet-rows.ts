import { type Cell, measure, median, usualTraffic } from './characteristics.ts';
import { type FleetCost, FleetJudge, noCost } from './fleet.ts';
import { ViliJudge } from './judges.ts';
import { type Scenario, scenarios } from './scenarios.ts';

export const HOST_COUNTS = [3, 20, 200] as const;
/** Responses of running before the test, all hosts together: enough for its usual times to be known on each. */
const HISTORY = 8000;

interface FleetOptions {
  readonly runs: number;
  readonly seed: number;
  readonly requests: number;
}

/** One scenario: by one host with all the traffic, and by so many that share it. */
export function measureFleet(
  scenario: Scenario,
  hosts: number,
  { runs, seed, requests }: FleetOptions,
): { readonly cell: Cell; readonly cost: FleetCost } {
  const cost = noCost();
  let run = 0;
  const traffic = { ...usualTraffic, requests, history: HISTORY };
  const makeJudge = () =>
    hosts === 1 ? new ViliJudge() : new FleetJudge(hosts, cost, seed + run++);
  const cell = measure(scenario, makeJudge, { runs, seed, traffic });
  return { cell, cost };
}

/** Each scenario in a line, and at the end what it cost. */
export function* fleetRows(options: FleetOptions, name: string): Generator<string> {
  const width = Math.max(...scenarios.map((one) => one.name.length)) + 2;
  const columns = ['1 host', ...HOST_COUNTS.map((hosts) => `${hosts} hosts`)];
  yield `${options.runs} runs each; promoted %, rejected %, median requests until either`;
  yield 'scenario'.padEnd(width) + 'kind'.padEnd(8) + columns.map((one) => one.padEnd(34)).join('');
  const costs = HOST_COUNTS.map(noCost);
  for (const [index, scenario] of scenarios.entries()) {
    if (!scenario.name.includes(name)) continue;
    const seeded = { ...options, seed: options.seed * 1000 + index };
    const cells = [measureFleet(scenario, 1, seeded).cell];
    for (const [at, hosts] of HOST_COUNTS.entries()) {
      const { cell, cost } = measureFleet(scenario, hosts, seeded);
      cells.push(cell);
      addTo(costs[at] as FleetCost, cost);
    }
    yield scenario.name.padEnd(width) + scenario.label.padEnd(8) + cells.map(columnOf).join('');
  }
  for (const [at, hosts] of HOST_COUNTS.entries()) yield costRow(hosts, costs[at] as FleetCost);
}

// Private

function columnOf(cell: Cell): string {
  const share = (count: number) => ((100 * count) / cell.runs).toFixed(1).padStart(5);
  const at = (list: readonly number[]) => String(median(list) ?? '-').padStart(5);
  const promoted = `p ${share(cell.promoted)} ${at(cell.promotedAt)}`;
  return `${promoted}  r ${share(cell.rejected)} ${at(cell.rejectedAt)}`.padEnd(34);
}

function addTo(sum: FleetCost, one: FleetCost): void {
  sum.records += one.records;
  sum.bytes += one.bytes;
  sum.largest = Math.max(sum.largest, one.largest);
  sum.merges += one.merges;
  sum.mergeMs += one.mergeMs;
  sum.summaryMs += one.summaryMs;
}

function costRow(hosts: number, cost: FleetCost): string {
  const mean = (sum: number, count: number) => (sum / Math.max(1, count)).toFixed(2);
  return (
    `${hosts} hosts: ${Math.round(cost.bytes / Math.max(1, cost.records))} bytes a record, at most ` +
    `${cost.largest}; ${mean(cost.summaryMs, cost.records)} ms to write one, ` +
    `${mean(cost.mergeMs, cost.merges)} ms a merge`
  );
}

import { parseArgs } from 'node:util';
import { barLines, characteristicBars } from './verdict/bars.ts';
import { beyondScenarios } from './verdict/beyond.ts';
import { type Cell, measure, median, summarize, usualTraffic } from './verdict/characteristics.ts';
import { costs } from './verdict/cost.ts';
import { fleetRows } from './verdict/fleet-rows.ts';
import { type Judge, ViliJudge } from './verdict/judges.ts';
import { processRows } from './verdict/processes.ts';
import { unpairedRows } from './verdict/unpaired.ts';
import { FlaggerLike, KayentaLike, OriginalRule, RepeatedMcNemar } from './verdict/rivals.ts';
import { type Scenario, scenarios } from './verdict/scenarios.ts';

/**
 * Operating characteristics of the verdict: how often a bad version is promoted and a good one
 * rejected, and after how many requests, for Vili's engine and for simplified ports of other rules.
 *
 * The main table holds the scenarios in which rules are compared; --beyond is the table of further ones,
 * --cost measures only what the verdict costs, --processes how memory and processor time are judged,
 * --fleet what several hosts decide together by the same traffic, --probation how a version that serves all users is, against those before, --steps one that serves a share, against the others.
 *
 *   npm run bench:verdict -- [--beyond] [--cost] [--processes] [--probation] [--steps] [--fleet] [--runs 100] [--scenario TEXT] [--seed 1] [--rps 3] [--requests 20000]
 *                            [--history 0] [--rules vili,original,flagger,kayenta,mcnemar] [--shard 0/2] [--no-promotion]
 */
const { values } = parseArgs({
  options: {
    beyond: { type: 'boolean', default: false },
    cost: { type: 'boolean', default: false },
    processes: { type: 'boolean', default: false },
    probation: { type: 'boolean', default: false },
    steps: { type: 'boolean', default: false },
    fleet: { type: 'boolean', default: false },
    runs: { type: 'string', default: '100' },
    scenario: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
    rps: { type: 'string', default: String(usualTraffic.requestsPerSecond) },
    requests: { type: 'string', default: String(usualTraffic.requests) },
    history: { type: 'string', default: '0' },
    rules: { type: 'string', default: 'vili,original,flagger,kayenta,mcnemar' },
    shard: { type: 'string', default: '0/1' },
    'no-promotion': { type: 'boolean', default: false },
  },
});

const never = { minRequests: Number.MAX_SAFE_INTEGER };
const makers: Readonly<Record<string, (scenario: Scenario) => Judge>> = {
  vili: ({ field }) => new ViliJudge(values['no-promotion'] ? never : {}, field),
  original: () => new OriginalRule(),
  flagger: () => new FlaggerLike(),
  kayenta: () => new KayentaLike(),
  mcnemar: () => new RepeatedMcNemar(),
};

const table = values.beyond ? beyondScenarios : scenarios;
const rules = values.rules.split(',');
const traffic = {
  requestsPerSecond: Number(values.rps),
  requests: Number(values.requests),
  history: Number(values.history),
};
const [shard = 0, shards = 1] = values.shard.split('/').map(Number);
const cells = new Map<string, Cell[]>(rules.map((rule) => [rule, []]));
const width = Math.max(...table.map((one) => one.name.length)) + 2;
const print = (line: string): void => void process.stdout.write(`${line}\n`);

if (values.fleet) {
  const { runs, seed, requests, scenario } = values;
  const options = { runs: Number(runs), seed: Number(seed), requests: Number(requests) };
  for (const line of fleetRows(options, scenario)) print(line);
} else if (values.probation || values.steps) {
  const { runs, seed, scenario } = values;
  const controls = (['history', 'step'] as const).filter((control) =>
    control === 'history' ? values.probation : values.steps,
  );
  for (const line of unpairedRows(Number(runs), Number(seed), scenario, controls)) print(line);
} else if (values.processes) {
  for (const line of processRows(Number(values.runs), Number(values.seed), values.scenario)) {
    print(line);
  }
} else {
  if (!values.cost) runTable();
  for (const line of barLines(costs())) print(line);
}

// Private

function runTable(): void {
  print(`${values.runs} runs each; promoted %, rejected %, median requests until either`);
  print('scenario'.padEnd(width) + 'kind'.padEnd(8) + rules.map((one) => one.padEnd(34)).join(''));
  for (const [index, scenario] of table.entries()) {
    if (index % shards !== shard || !scenario.name.includes(values.scenario)) continue;
    const columns = rules.map((rule) => {
      const maker = makers[rule];
      if (maker === undefined)
        throw new Error(`rule ${rule} is not one of ${Object.keys(makers).join(', ')}`);
      const options = {
        runs: Number(values.runs),
        seed: Number(values.seed) * 1000 + index,
        traffic,
      };
      const cell = measure(scenario, () => maker(scenario), options);
      cells.get(rule)?.push(cell);
      return cell;
    });
    print(rowOf(scenario.name, scenario.label, columns));
  }
  for (const [rule, list] of cells) print(summaryOf(rule, list));
  const list = cells.get('vili') ?? [];
  const isWhole = list.length === scenarios.length && !values['no-promotion'];
  if (!isWhole) return;
  for (const line of barLines(characteristicBars(list, summarize(list)))) print(line);
}

function rowOf(name: string, label: string, columns: readonly Cell[]): string {
  const text = columns.map((cell) => {
    const promoted = `p ${share(cell.promoted, cell.runs)} ${medianOf(cell.promotedAt)}`;
    const rejected = `r ${share(cell.rejected, cell.runs)} ${medianOf(cell.rejectedAt)}`;
    return `${promoted}  ${rejected}`.padEnd(34);
  });
  return name.padEnd(width) + label.padEnd(8) + text.join('');
}

function share(count: number, runs: number): string {
  return ((100 * count) / runs).toFixed(1).padStart(5);
}

function medianOf(list: readonly number[]): string {
  return String(median(list) ?? '-').padStart(5);
}

function summaryOf(rule: string, list: readonly Cell[]): string {
  const { promoteBad, worstPromoteBad, rejectGood, worstRejectGood } = summarize(list);
  const promoted = worstPromoteBad === null ? 0 : worstPromoteBad.promoted / worstPromoteBad.runs;
  const rejected = worstRejectGood === null ? 0 : worstRejectGood.rejected / worstRejectGood.runs;
  return (
    `${rule}: mean P(promote bad) ${percentOf(promoteBad)}, worst ${percentOf(promoted)} ` +
    `(${worstPromoteBad?.scenario ?? '-'}); mean P(reject good) ${percentOf(rejectGood)}, worst ` +
    `${percentOf(rejected)} (${worstRejectGood?.scenario ?? '-'})`
  );
}

function percentOf(part: number): string {
  return `${(100 * part).toFixed(2)} %`;
}

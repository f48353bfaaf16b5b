import { parseArgs } from 'node:util';
import { NODE_FLAGS } from '../support/daemon.ts';
import { withTempFolder } from '../support/temp-folder.ts';
import { type Contender, FAULTS, type Field, startField } from './proxy/field.ts';
import { runFixedRate, runLightFixedRate } from './proxy/fixed-rate.ts';
import { type Bar, printBars, printResults, type Results } from './proxy/report.ts';
import { median, medianRatio, type Round, runRound, type Work } from './proxy/rounds.ts';
import { type Load, runWrk } from './proxy/wrk.ts';

/**
 * The proxy against nginx, nginx with `mirror`, http-proxy, http-proxy-3, fast-proxy and a direct call, taking
 * turns in one run, with 64 connections (8 for 10 MB). Needs nginx, wrk and h2load in the path, and Linux.
 * `npm run bench:proxy -- [--quick] [--only 1k,64k] [--rounds N] [--node-option=--max-semi-space-size=16]`
 */
const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    rounds: { type: 'string' },
    'node-option': { type: 'string', multiple: true, default: [...NODE_FLAGS] },
  },
});
const ROUNDS = Number(options.rounds ?? (options.quick ? 3 : 5));
/** For one process with and without mirroring. */
const PAIR_ROUNDS = 3 * ROUNDS;
const SECONDS = options.quick ? 1 : 2;
/** Unmeasured load before each round, so that every contender is already under full load. */
const RAMP_SECONDS = 1;
const FIXED_SECONDS = options.quick ? 2 : 4;
const FIXED_RATE = 2000;
const ONLY = options.only === '' ? null : new Set(options.only.split(','));
const RIVALS = ['http-proxy', 'http-proxy-3', 'fast-proxy'];
/** Shares of the highest rate of nginx `mirror`, tried from the lowest. */
const LADDER = [0.3, 0.45, 0.6, 0.75, 0.9];
const WHOLE = 0.9999;
const LOADS: Readonly<Record<string, Load>> = {
  '1k': { path: '/', uploadBytes: 0 },
  '64k': { path: '/64k', uploadBytes: 0 },
  '10m': { path: '/10m', uploadBytes: 0, isLarge: true },
  'up-1k': { path: '/upload', uploadBytes: 1024 },
  'up-1m': { path: '/upload', uploadBytes: 1_048_576 },
};

await withTempFolder(async (folder) => {
  const field = await startField(folder, options['node-option']);
  const bars: Bar[] = [];
  try {
    for (const [name, load] of Object.entries(LOADS)) {
      if (isWanted(name)) bars.push(...(await saturation(folder, field, name, load)));
    }
    const wanted = isWanted('faults') ? FAULTS : FAULTS.filter((fault) => isWanted(fault));
    bars.push(...(await faults(folder, field, wanted)));
    if (isWanted('fixed')) bars.push(...(await fixedRate(field)));
    if (isWanted('ladder')) bars.push(await ladder(folder, field));
  } finally {
    field.close();
  }
  if (!printBars(bars)) process.exitCode = 1;
});

// Private

function isWanted(name: string): boolean {
  return ONLY === null || ONLY.has(name);
}

async function inTurns(
  contenders: readonly Contender[],
  rounds: number,
  work: (contender: Contender) => Promise<Work>,
  before: (contender: Contender) => Promise<unknown> = () => Promise.resolve(),
): Promise<Results> {
  const results = new Map<string, Round[]>(contenders.map(({ name }) => [name, []]));
  // The round before the first only warms up.
  for (let round = 0; round <= rounds; round++) {
    // The order is reversed each round: a contender measured after the same one each time would suffer from it.
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const result = await runRound(
        contender,
        () => work(contender),
        () => before(contender),
      );
      if (round > 0) results.get(contender.name)?.push(result);
    }
  }
  return results;
}

async function saturation(folder: string, field: Field, name: string, load: Load): Promise<Bar[]> {
  const results = await atFullLoad(folder, field.contenders, load);
  const directly = results.get('direct') ?? [];
  if (directly.some(({ failures }) => failures > 0))
    throw new Error(`${name} fails even without a proxy`);
  printResults(`${name}: full load`, results, 'nginx');
  const ratio = (over: string, under: string): number =>
    medianRatio(results.get(over) ?? [], results.get(under) ?? [], (round) => round.perSecond);
  if (name === '10m') {
    return [{ text: '10 MB responses, share of nginx', value: ratio('vili', 'nginx'), least: 0.8 }];
  }
  if (name !== '1k') return [];
  const best = Math.min(...RIVALS.map((rival) => ratio('vili', rival)));
  return [
    { text: '1 KB, share of nginx', value: ratio('vili', 'nginx'), least: 0.38 },
    { text: '1 KB, times the best other proxy', value: best, least: 2.5 },
    await mirroringShare(folder, field, ''),
  ];
}

/** The throughput of each contender under full load. */
function atFullLoad(
  folder: string,
  contenders: readonly Contender[],
  load: Load,
  rounds = ROUNDS,
): Promise<Results> {
  return inTurns(
    contenders,
    rounds,
    ({ port }) => runWrk(folder, port, load, SECONDS),
    ({ port }) => runWrk(folder, port, load, RAMP_SECONDS),
  );
}

/** With and without mirroring differ less than two rounds on a noisy host do, so this takes more rounds. */
async function mirroringShare(folder: string, field: Field, text: string): Promise<Bar> {
  const contenders = field.contenders.filter(({ name }) => name.startsWith('vili'));
  const load = { path: '/', uploadBytes: 0 };
  const results = await atFullLoad(folder, contenders, load, PAIR_ROUNDS);
  printResults(`1k${text}`, results, 'vili');
  const value = medianRatio(
    results.get('vili + mirror') ?? [],
    results.get('vili') ?? [],
    (round) => round.perSecond,
  );
  return { text: `1 KB, mirroring on by mirroring off${text}`, value, least: 0.9 };
}

/** The share that users keep while testing fails in various ways: they must not notice. */
async function faults(folder: string, field: Field, wanted: readonly string[]): Promise<Bar[]> {
  const bars: Bar[] = [];
  for (const fault of wanted) {
    await field.test(fault);
    const text = /^\d/.test(fault) ? `is ${fault} ms slower` : fault;
    bars.push(await mirroringShare(folder, field, ` while testing ${text}`));
  }
  await field.test(null);
  return bars;
}

async function fixedRate(field: Field): Promise<Bar[]> {
  const results = await inTurns(field.contenders, ROUNDS, ({ port }) =>
    runFixedRate(port, FIXED_RATE, FIXED_SECONDS),
  );
  printResults(`1k at ${FIXED_RATE} requests/s`, results, 'nginx');
  const mirrored = results.get('vili + mirror') ?? [];
  const alone = results.get('vili') ?? [];
  const more = median(
    mirrored.map(({ p99Ms }, index) => p99Ms - (alone[index]?.p99Ms ?? Number.NaN)),
  );
  const share = median(mirrored.map(({ mirroredShare }) => mirroredShare));
  return [
    { text: `${FIXED_RATE}/s, share compared`, value: share, least: WHOLE },
    { text: `${FIXED_RATE}/s, ms that mirroring adds to p99`, value: more, most: 1 },
  ];
}

/** The highest rate at which everything is mirrored and compared, as a share of nginx `mirror`'s highest. */
async function ladder(folder: string, field: Field): Promise<Bar> {
  const load: Load = { path: '/', uploadBytes: 0 };
  const find = (wanted: string): Contender => {
    const found = field.contenders.find(({ name }) => name === wanted);
    if (found === undefined) throw new Error(`no ${wanted}`);
    return found;
  };
  const nginx = await atFullLoad(folder, [find('nginx mirror')], load);
  const most = median((nginx.get('nginx mirror') ?? []).map(({ perSecond }) => perSecond));
  const vili = find('vili + mirror');
  let reached = 0;
  for (const share of LADDER) {
    const rate = Math.round(most * share);
    const results = await inTurns([vili], ROUNDS, ({ port }) =>
      runLightFixedRate(port, rate, FIXED_SECONDS),
    );
    const rounds = results.get(vili.name) ?? [];
    printResults(`1k at ${rate} requests/s, ${share} of nginx mirror`, results, vili.name);
    if (median(rounds.map(({ mirroredShare }) => mirroredShare)) >= WHOLE) reached = share;
    else break;
  }
  return {
    text: 'rate compared in full, share of nginx mirror at its best',
    value: reached,
    least: 0.6,
  };
}

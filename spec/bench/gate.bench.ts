import { parseArgs } from 'node:util';
import { withTempFolder } from '../support/temp-folder.ts';
import { type Contender, FAULTS, type Field, startField } from './gate/field.ts';
import { runFixedRate } from './gate/fixed-rate.ts';
import { type Bar, printBars, printResults, type Results } from './gate/report.ts';
import { median, medianRatio, type Round, runRound, type Work } from './gate/rounds.ts';
import { type Load, runWrk } from './gate/wrk.ts';

/**
 * The gate against nginx, nginx with `mirror`, http-proxy, http-proxy-3, fast-proxy and a direct call, in
 * turns of one run, 64 connections (8 for 10 MB). Needs nginx and wrk in the path, and Linux.
 * `npm run bench:gate -- [--quick] [--only 1k,64k] [--rounds N] [--node-option=--max-semi-space-size=16]`
 */
const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    rounds: { type: 'string' },
    'node-option': { type: 'string', multiple: true, default: [] },
  },
});
const ROUNDS = Number(options.rounds ?? (options.quick ? 3 : 5));
const SECONDS = options.quick ? 1 : 2;
const FIXED_SECONDS = options.quick ? 2 : 4;
const FIXED_RATE = 2000;
const ONLY = options.only === '' ? null : new Set(options.only.split(','));
const RIVALS = ['http-proxy', 'http-proxy-3', 'fast-proxy'];
/** Shares of what nginx `mirror` mirrors at most, tried from the lowest. */
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
    if (isWanted('faults')) bars.push(...(await faults(folder, field)));
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
): Promise<Results> {
  const results = new Map<string, Round[]>(contenders.map(({ name }) => [name, []]));
  // The round before the first only warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const contender of contenders) {
      const result = await runRound(contender, () => work(contender));
      if (round > 0) results.get(contender.name)?.push(result);
    }
  }
  return results;
}

async function saturation(folder: string, field: Field, name: string, load: Load): Promise<Bar[]> {
  const results = await inTurns(field.contenders, ROUNDS, ({ port }) =>
    runWrk(folder, port, load, SECONDS),
  );
  const directly = results.get('direct') ?? [];
  if (directly.some(({ failures }) => failures > 0)) throw new Error(`${name} fails even directly`);
  printResults(`${name}: as many as go through`, results, 'nginx');
  const ratio = (over: string, under: string): number =>
    medianRatio(results.get(over) ?? [], results.get(under) ?? [], (round) => round.perSecond);
  if (name === '10m') {
    return [{ text: '10 MB responses, share of nginx', value: ratio('vili', 'nginx'), least: 0.8 }];
  }
  if (name !== '1k') return [];
  const best = Math.min(...RIVALS.map((rival) => ratio('vili', rival)));
  return [
    { text: '1 KB, share of nginx', value: ratio('vili', 'nginx'), least: 0.38 },
    { text: '1 KB, times the best of the others', value: best, least: 2.5 },
    {
      text: '1 KB, mirroring on by mirroring off',
      value: ratio('vili + mirror', 'vili'),
      least: 0.9,
    },
  ];
}

/** Testing in all kinds of trouble: users must not feel it. */
async function faults(folder: string, field: Field): Promise<Bar[]> {
  const load: Load = { path: '/', uploadBytes: 0 };
  const contenders = field.contenders.filter(({ name }) =>
    /^(nginx|vili|vili \+ mirror)$/.test(name),
  );
  const bars: Bar[] = [];
  for (const fault of FAULTS) {
    await field.vili.mirror(await field.faulty(fault));
    const results = await inTurns(contenders, ROUNDS, ({ port }) =>
      runWrk(folder, port, load, SECONDS),
    );
    const text = /^\d/.test(fault) ? `is ${fault} ms slower` : fault;
    printResults(`1k while testing ${text}`, results, 'nginx');
    const value = medianRatio(
      results.get('vili + mirror') ?? [],
      results.get('vili') ?? [],
      (round) => round.perSecond,
    );
    bars.push({ text: `1 KB, mirroring on by off while testing ${text}`, value, least: 0.9 });
  }
  await field.vili.mirror(field.testingPort);
  return bars;
}

async function fixedRate(field: Field): Promise<Bar[]> {
  const results = await inTurns(field.contenders, ROUNDS, ({ port }) =>
    runFixedRate(port, FIXED_RATE, FIXED_SECONDS),
  );
  printResults(`1k at ${FIXED_RATE} requests/s`, results, 'nginx');
  const mirrored = results.get('vili + mirror') ?? [];
  const plain = results.get('vili') ?? [];
  const more = median(
    mirrored.map(({ p99Ms }, index) => p99Ms - (plain[index]?.p99Ms ?? Number.NaN)),
  );
  const share = median(mirrored.map(({ mirroredShare }) => mirroredShare));
  return [
    { text: `${FIXED_RATE}/s, share compared`, value: share, least: WHOLE },
    { text: `${FIXED_RATE}/s, ms that mirroring adds to p99`, value: more, most: 1 },
  ];
}

/** The highest rate of which everything is mirrored and compared, by what nginx `mirror` mirrors. */
async function ladder(folder: string, field: Field): Promise<Bar> {
  const load: Load = { path: '/', uploadBytes: 0 };
  const find = (wanted: string): Contender => {
    const found = field.contenders.find(({ name }) => name === wanted);
    if (found === undefined) throw new Error(`no ${wanted}`);
    return found;
  };
  const nginx = await inTurns([find('nginx mirror')], ROUNDS, ({ port }) =>
    runWrk(folder, port, load, SECONDS),
  );
  const most = median((nginx.get('nginx mirror') ?? []).map(({ perSecond }) => perSecond));
  const vili = find('vili + mirror');
  let reached = 0;
  for (const share of LADDER) {
    const rate = Math.round(most * share);
    const results = await inTurns([vili], ROUNDS, ({ port }) =>
      runFixedRate(port, rate, FIXED_SECONDS),
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

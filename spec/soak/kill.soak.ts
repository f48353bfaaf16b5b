import { parseArgs } from 'node:util';
import { printBars } from '../bench/proxy/report.ts';
import { PHASES } from './kill/phases.ts';
import { runKills } from './kill/run.ts';

/**
 * Kills Vili, its launcher, its archiver and its threads at drawn moments of the whole life cycle of versions, starts
 * it again and checks what is left: `npm run soak:kill -- [--points 300] [--bases 4] [--seed N] [--show]`
 */
/** A phase may be over before the kill comes, on a host that is busy or idle. */
const AIMED_SHARE = 0.7;
const PHASE_SHARE = 0.03;
const SEED_MAX = 2 ** 31;
const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '300' },
    bases: { type: 'string', default: '4' },
    seed: { type: 'string', default: String(Date.now() % SEED_MAX) },
    show: { type: 'boolean', default: false },
  },
});
const points = Number(values.points);
process.stdout.write(`seed ${values.seed}\n`);
const began = performance.now();
const run = await runKills({
  points,
  bases: Number(values.bases),
  seed: Number(values.seed),
  onKill: (line) => {
    if (values.show) process.stdout.write(`${line}\n`);
  },
});
for (const problem of run.problems) process.stdout.write(`PROBLEM ${problem}\n`);
const seconds = (performance.now() - began) / 1000;
process.stdout.write(
  `${run.kills} kills in ${seconds.toFixed(0)} s, ${run.responses} responses of users\n` +
    `by target: ${[...run.targets].map(([target, kills]) => `${target} ${kills}`).join(', ')}\n`,
);
const bars = [
  { text: 'kills', value: run.kills, least: points },
  { text: 'of them in the phase aimed at', value: run.aimed, least: points * AIMED_SHARE },
  ...PHASES.map((phase) => {
    return { text: `in ${phase}`, value: run.phases.get(phase) ?? 0, least: points * PHASE_SHARE };
  }),
  { text: 'problems', value: run.problems.length, most: 0 },
];
if (!printBars(bars)) process.exitCode = 1;

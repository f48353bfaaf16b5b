import { parseArgs } from 'node:util';
import { printBars } from '../bench/proxy/report.ts';
import { hasProgram } from '../support/certificates.ts';
import { runFleet } from './fleet/run.ts';

/**
 * Several hosts that decide together, with their users, while etcd and hosts are killed, paused and cut off, clocks are
 * shifted, and versions come that are good, bad, and bad on one host: `npm run soak:fleet -- [--minutes 10]
 * [--daemons 5] [--rate 4] [--seed N]`. Judged by every revision of etcd and by the histories of the hosts.
 */
const SEED_MAX = 2 ** 31;
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    daemons: { type: 'string', default: '5' },
    /** Requests per second to each host. */
    rate: { type: 'string', default: '4' },
    seed: { type: 'string', default: String(Date.now() % SEED_MAX) },
  },
});
if (!hasProgram('etcd')) throw new Error('etcd is not installed (Debian: etcd-server)');
process.stdout.write(`seed ${values.seed}\n`);
const run = await runFleet({
  minutes: Number(values.minutes),
  hosts: Number(values.daemons),
  ratePerSecond: Number(values.rate),
  seed: Number(values.seed),
  onLine: (line) => process.stdout.write(`${line}\n`),
});
const qualities = new Map(run.dropped.map(({ name, quality }) => [name, quality]));
console.table(
  run.rollouts.map(({ version, end, gone, leaders }) => {
    return { version, quality: qualities.get(version), end, gone, leaders };
  }),
);
console.table(Object.fromEntries([...run.faults].map(([name, times]) => [name, { times }])));
if (run.noClock !== null) process.stdout.write(`no clock was shifted: ${run.noClock}\n`);
process.stdout.write(
  `${run.dropped.length} versions, ${run.rollouts.length} rollouts, ${run.leaders} leaders, ${run.revisions} revisions; ` +
    `${run.requests} requests, ${run.excused} failed while their Vili was killed; ` +
    `at most ${run.switchingAtOnce} hosts switched at once; seed ${values.seed}\n`,
);
for (const problem of run.problems) process.stdout.write(`PROBLEM ${problem}\n`);
const done = run.rollouts.filter(({ end }) => end === 'done');
const open = run.rollouts.filter(({ end }) => end === 'collecting' || end === 'waves');
const bars = [
  { text: 'rollouts that did not end', value: open.length, most: 0 },
  { text: 'versions that all hosts went to', value: done.length, least: 1 },
  { text: 'broken invariants', value: run.problems.length, most: 0 },
];
if (!printBars(bars)) process.exitCode = 1;

import { parseArgs } from 'node:util';
import { printBars } from '../bench/proxy/report.ts';
import { runPromotions } from './promotions/run.ts';

/**
 * Promotions in a row by the daemon's own verdict, while users wait for responses that take 300 ms, on
 * kept and on new connections: `npm run soak:promotions -- [--promotions 50] [--rate 200]`
 */
const { values } = parseArgs({
  options: {
    promotions: { type: 'string', default: '50' },
    rate: { type: 'string', default: '200' },
  },
});
const promotions = Number(values.promotions);
const run = await runPromotions({
  promotions,
  ratePerSecond: Number(values.rate),
  onPromoted: (version, seconds) =>
    process.stdout.write(`${version} after ${seconds.toFixed(1)} s\n`),
});
for (const { request, problem } of run.failures.slice(0, 20)) {
  process.stdout.write(`failed: ${request}: ${problem}\n`);
}
for (const reason of run.rejected) process.stdout.write(`rejected: ${reason}\n`);
const sum = run.seconds.reduce((all, seconds) => all + seconds, 0);
process.stdout.write(
  `${run.users.requests} requests, ${run.crossed} of them under way at a switch; ` +
    `${run.seconds.length} promotions of ${(sum / run.seconds.length).toFixed(1)} s; ` +
    `slowest response ${run.users.maxMs.toFixed(0)} ms\n`,
);
const bars = [
  { text: 'promotions that users saw', value: run.seen, least: promotions },
  { text: 'failed or truncated', value: run.users.failed, most: 0 },
  { text: 'begun after a switch, served by the previous version', value: run.stale, most: 0 },
  { text: 'responses of versions that were not promoted', value: run.misrouted, most: 0 },
  { text: 'received - (mirrored + skipped + dropped + failed)', value: run.imbalance, most: 0 },
  { text: 'sent but not received', value: run.users.requests - run.received, most: 0 },
];
if (!printBars(bars)) process.exitCode = 1;

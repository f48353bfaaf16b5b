import { parseArgs } from 'node:util';
import { type Bar, printBars } from '../bench/proxy/report.ts';
import { ALONE, type Phase, runUsers } from './users/run.ts';

/**
 * Users at a steady rate while others take more than their part, all at once: connections that send 5.5 MB of requests
 * ahead, HTTP/2 clients with closed windows, slow clients, and a flood of cancelled requests. About three minutes:
 * `npm run soak:users -- [--seconds 60 per phase] [--rate 200] [--pipelining 200] [--windows 5] [--slow 9000] [--floods 1]`
 */
const MB = 1_000_000;
const P99_MORE_MAX_MS = 50;
const MEMORY_MORE_MAX_MB = 200;
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '200' },
    pipelining: { type: 'string', default: '200' },
    windows: { type: 'string', default: '5' },
    slow: { type: 'string', default: '9000' },
    'slow-rate': { type: 'string', default: '250' },
    floods: { type: 'string', default: '1' },
  },
});
const run = await runUsers({
  seconds: Number(values.seconds),
  ratePerSecond: Number(values.rate),
  pipelining: Number(values.pipelining),
  closedWindows: Number(values.windows),
  slow: Number(values.slow),
  slowPerSecond: Number(values['slow-rate']),
  floods: Number(values.floods),
});
console.table(Object.fromEntries(run.phases.map((phase) => [phase.name, shown(phase)])));
for (const { phase, request, problem } of run.failures.slice(0, 10)) {
  process.stdout.write(`failed, ${phase}: ${request}: ${problem}\n`);
}
for (const problem of run.problems.slice(0, 10)) process.stdout.write(`problem: ${problem}\n`);
const { crowd, slowLeast } = run;
process.stdout.write(
  `at the end ${crowd.pipelining} pipelining, ${crowd.closedWindows} with closed windows, ${crowd.slow} slow ` +
    `(${slowLeast} at the least); ${crowd.disconnected} disconnected; ${crowd.cancelled} requests cancelled\n`,
);
const [alone, ...crowded] = run.phases;
const bars: Bar[] = crowded.flatMap(({ name, users, residentBytes }) => [
  { text: `${name}: failed requests of users`, value: users.failed, most: 0 },
  {
    text: `${name}: ms more at p99 than ${ALONE}`,
    value: users.p99Ms - (alone?.users.p99Ms ?? 0),
    most: P99_MORE_MAX_MS,
  },
  {
    text: `${name}: MB more than ${ALONE}`,
    value: (residentBytes - (alone?.residentBytes ?? 0)) / MB,
    most: MEMORY_MORE_MAX_MB,
  },
]);
if (!printBars(bars)) process.exitCode = 1;

// Private

function shown({ users, residentBytes, blockedMs }: Phase): Record<string, number> {
  const round = (value: number): number => Number(value.toFixed(1));
  return {
    requests: users.requests,
    failed: users.failed,
    'p50 ms': round(users.p50Ms),
    'p99 ms': round(users.p99Ms),
    'max ms': round(users.maxMs),
    'MB resident': round(residentBytes / MB),
    'ms blocked at most': round(blockedMs),
  };
}

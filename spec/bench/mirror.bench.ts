import { parseArgs } from 'node:util';
import { withTempFolder } from '../support/temp-folder.ts';
import { HOSTILE } from './mirror/hostile.ts';
import { type Measured, startTestbed } from './mirror/testbed.ts';
import { type Bar, printBars } from './proxy/report.ts';

/**
 * The mirror at a fixed rate, whatever testing responds: what is compared, what a pair costs the
 * worker, what memory it holds, and how far the users' event loop lags meanwhile. Needs Linux.
 * `npm run bench:mirror -- [--quick] [--only steady,paths,tiny-values] [--node-option=--cpu-prof]`
 */
const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    'node-option': { type: 'string', multiple: true, default: [] },
  },
});
const ONLY = options.only === '' ? null : new Set(options.only.split(','));
const RATE = 2000;
const STEADY_SECONDS = options.quick ? 5 : 20;
const PATHS = options.quick ? 20_000 : 100_000;
const HOSTILE_SECONDS = options.quick ? 1 : 3;
const MEGABYTE = 1_048_576;
const WHOLE = 0.9999;
/** The worker is ended beyond 256 MiB of heap, `mirror.memory`. */
const HEAP_MAX_MB = 256;
/** Responses of both versions under way and waiting, twice 16 MiB, and what is being decoded. */
const BUFFERS_MAX_MB = 128;
const GROWTH_MAX_MB = 24;
const ENDPOINTS_MAX = 501;

await withTempFolder(async (folder) => {
  const testbed = await startTestbed(folder, options['node-option']);
  const all: Measured[] = [];
  const bars: Bar[] = [];
  const add = async (name: string, path: string, rate: number, seconds: number) => {
    const measured = await testbed.measure(name, path, rate, seconds);
    all.push(measured);
    return measured;
  };
  try {
    await testbed.measure('warm-up', '/items/1', RATE, 2);
    if (isWanted('steady')) {
      const steady = await add('1 KB JSON', '/items/1', RATE, STEADY_SECONDS);
      const { comparedShare, workerMicros } = steady;
      bars.push({
        text: `${RATE}/s of 1 KB JSON, share compared`,
        value: comparedShare,
        least: WHOLE,
      });
      bars.push({ text: 'CPU us per pair on the worker', value: workerMicros, most: 200 });
      bars.push(...memoryBars(steady));
    }
    if (isWanted('paths')) {
      const path = '/{random}/{random}/{random}';
      const paths = await add(`${PATHS} random paths`, path, RATE, PATHS / RATE);
      bars.push({ text: 'random paths, share compared', value: paths.comparedShare, least: WHOLE });
      bars.push({ text: 'endpoints distinguished', value: paths.endpoints, most: ENDPOINTS_MAX });
      bars.push(...memoryBars(paths));
    }
    for (const { kind, rate } of HOSTILE) {
      if (!isWanted(kind)) continue;
      for (const which of ['same', 'other']) {
        const path = `/${which}/${kind}`;
        // The services make such a body at the first request.
        await testbed.measure(path, path, 1, 1);
        bars.push(...memoryBars(await add(path, path, rate, HOSTILE_SECONDS)));
      }
    }
    const after = await add('1 KB JSON again', '/items/1', RATE, options.quick ? 2 : 5);
    bars.push({ text: 'afterwards, share compared', value: after.comparedShare, least: WHOLE });
    bars.push(...memoryBars(after));
  } finally {
    testbed.close();
  }
  print(all);
  if (!printBars(bars)) process.exitCode = 1;
});

// Private

function isWanted(name: string): boolean {
  return ONLY === null || ONLY.has(name);
}

function memoryBars({ name, failures, lost, threads, growthBytes }: Measured): Bar[] {
  const bar = (text: string, value: number, most: number): Bar => {
    return { text: `${name}: ${text}`, value, most };
  };
  return [
    bar('users without their response', failures, 0),
    bar('workers lost', lost, 0),
    bar("lag of the users' event loop, p99 ms", threads.loopP99Ms, 10),
    bar('MB of heap', threads.heapMaxBytes / MEGABYTE, HEAP_MAX_MB),
    bar('MB of buffers', threads.bufferMaxBytes / MEGABYTE, BUFFERS_MAX_MB),
    bar('MB held more than before', growthBytes / MEGABYTE, GROWTH_MAX_MB),
  ];
}

function print(all: readonly Measured[]): void {
  const digits = (value: number, count: number): number => Number(value.toFixed(count));
  const rows = all.map((it) => {
    const { threads } = it;
    const row = {
      'req/s': digits(it.perSecond, 0),
      'compared %': digits(it.comparedShare * 100, 2),
      'worker us/pair': digits(it.workerMicros, 0),
      'heap MB': digits(threads.heapMaxBytes / MEGABYTE, 0),
      'buffers MB': digits(threads.bufferMaxBytes / MEGABYTE, 0),
      'held MB': digits(threads.heldBytes / MEGABYTE, 1),
      'RSS MB': digits(it.residentBytes / MEGABYTE, 0),
      'lag p99 ms': digits(threads.loopP99Ms, 2),
      'lag max ms': digits(threads.loopMaxMs, 1),
      'p99 ms': digits(it.p99Ms, 1),
      failures: it.failures,
    };
    return [it.name, row] as const;
  });
  console.table(Object.fromEntries(rows));
}

import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { printBars } from '../bench/proxy/report.ts';
import { DaemonWorld } from '../support/daemon-world.ts';
import { MixedTraffic } from '../support/mixed-traffic.ts';
import {
  standing,
  startTest,
  UPGRADE_SETTINGS,
  untilAlone,
  untilRoom,
  upgrade,
} from '../support/upgrades.ts';

/**
 * Upgrades of Vili in a row under users of every kind, with a test under way:
 * `npm run soak:upgrade -- [--upgrades 10] [--rate 200] [--processes 1] [--pause 1000]`
 */
const { values } = parseArgs({
  options: {
    upgrades: { type: 'string', default: '10' },
    rate: { type: 'string', default: '200' },
    processes: { type: 'string', default: '1' },
    pause: { type: 'string', default: '1000' },
  },
});
/** The end of Vili's log, when a bar was missed. */
const LOG_SHOWN = 8000;
const upgrades = Number(values.upgrades);
const world = await DaemonWorld.create({ ...UPGRADE_SETTINGS, gate_processes: values.processes });
let [done, same, fallen] = [0, 0, 0];
try {
  const daemon = await startTest(world);
  const traffic = new MixedTraffic(world.port, Number(values.rate));
  let before = await standing(daemon);
  for (let round = 1; round <= upgrades; round++) {
    await untilRoom(daemon);
    const beganMs = performance.now();
    const { code, stdout, stderr } = await upgrade(world);
    const seconds = (performance.now() - beganMs) / 1000;
    const status = await daemon.until('the test goes on', ({ verdict }) => verdict !== null);
    if ((status.verdict?.pairs ?? 0) < before.pairs) fallen++;
    const after = await standing(daemon, before.pairs);
    if (code === 0 && after.vili !== before.vili) done++;
    if (
      JSON.stringify([after.servlets, after.restarts]) ===
      JSON.stringify([before.servlets, before.restarts])
    )
      same++;
    const { pairs } = after;
    process.stdout.write(
      `upgrade ${round} in ${seconds.toFixed(1)} s: ${pairs} pairs; ${stdout.trim().split('\n').at(-1)} ${stderr}\n`,
    );
    before = after;
    await sleep(Number(values.pause));
  }
  const { ok, failures, slowestMs } = await traffic.stop();
  await untilAlone(daemon);
  for (const failure of failures.slice(0, 20)) process.stdout.write(`failed: ${failure}\n`);
  process.stdout.write(`${JSON.stringify(ok)}; slowest short response ${slowestMs} ms\n`);
  const bars = [
    { text: 'upgrades', value: done, least: upgrades },
    {
      text: 'upgrades after which running and testing are the same processes',
      value: same,
      least: upgrades,
    },
    { text: 'upgrades after which there were fewer pairs', value: fallen, most: 0 },
    { text: 'failed or broken for users', value: failures.length, most: 0 },
  ];
  if (!printBars(bars)) {
    process.stdout.write(daemon.output.slice(-LOG_SHOWN));
    process.exitCode = 1;
  }
} finally {
  await world.end();
}

import { expect } from 'chai';
import type { Daemon } from '../support/daemon.ts';
import { type DaemonWorld, withWorld } from '../support/daemon-world.ts';

const LIMIT_MS = 60_000;
const RATE = 60;

/** Keeps so many bytes of each request, and takes so much processor time for it. */
function server(keptBytes: number, workMs: number): string {
  return `const kept = [];
require('node:http').createServer((request, response) => {
  if (${keptBytes} > 0 && request.url !== '/health') kept.push(Buffer.alloc(${keptBytes}, 1));
  const until = process.cpuUsage().user + ${workMs * 1000};
  while (request.url !== '/health' && process.cpuUsage().user < until);
  response.end('{"ok":true}');
}).listen(process.env.PORT, 'localhost');\n`;
}

async function withRunning(
  use: (world: DaemonWorld, daemon: Daemon) => Promise<void>,
): Promise<void> {
  const settings = { verdict_min_time: '12s', verdict_speed: 'report', verdict_deadline: '10m' };
  await withWorld(settings, async (world) => {
    await world.arrive('shop-1.0.0.js', server(0, 0));
    const daemon = world.start();
    await daemon.serving('shop-1.0.0');
    world.users(RATE);
    await use(world, daemon);
  });
}

describe('A version under test', () => {
  it('whose memory grows with each request is held, with the numbers, while its twin is promoted', async function () {
    this.timeout(LIMIT_MS);
    await withRunning(async (world, daemon) => {
      await world.arrive('shop-1.1.0.js', server(200_000, 0));
      const status = await daemon.until('its growth is told', ({ verdict }) =>
        (verdict?.reasons ?? []).some(({ code }) => code === 'memory-growth'),
      );
      expect(status.verdict?.decision).to.equal('collecting');
      const why = await world.vili('why');
      expect(why.stdout).to.match(/memory\s+\d+ MiB\s+\d+ MiB\s+levels off\s+watch/);
      expect(why.stdout.replaceAll(/\s+/g, ' ')).to.match(/memory grew by [\d.,]+ [MG]iB a minute/);
      await world.arrive('shop-1.2.0.js', `${server(0, 0)}// the same\n`);
      await daemon.recorded('promoted', 'shop-1.2.0');
    });
  });

  it('that needs several times the processor time is held, with the numbers', async function () {
    this.timeout(LIMIT_MS);
    await withRunning(async (world, daemon) => {
      await world.arrive('shop-1.1.0.js', server(0, 8));
      const status = await daemon.until('its use is told', ({ verdict }) =>
        (verdict?.reasons ?? []).some(({ code }) => code === 'cpu'),
      );
      const text = status.verdict?.reasons.find(({ code }) => code === 'cpu')?.text;
      expect(text).to.match(/^testing used [\d.]+ times running's processor time/);
    });
  });
});

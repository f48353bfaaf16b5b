import { expect } from 'chai';
import type { Daemon } from '../support/daemon.ts';
import { DaemonWorld } from '../support/daemon-world.ts';

/** A service of twelve factors: one JSON line for each request, to where STREAM says. */
const SERVICE = `
const { createServer } = require('node:http');
let count = 0;
const log = (level, message) => STREAM.write(JSON.stringify({ level, message }) + '\\n');
createServer((request, response) => {
  request.resume();
  count += 1;
  if (LOGS) log('info', 'request handled');
  if (FAULT && count % 10 === 0) log('error', 'stock of an item went negative');
  response.setHeader('Content-Type', 'application/json');
  response.end('{"open":true}');
}).listen(process.env.PORT);
process.on('SIGTERM', () => process.exit(0));
`;

describe('The log of a service without a log file', function () {
  this.timeout(120_000);
  let world: DaemonWorld;
  let daemon: Daemon;

  beforeEach(async () => {
    world = await DaemonWorld.create();
  });
  afterEach(() => world.end());

  for (const stream of ['stdout', 'stderr'] as const) {
    it(`is read from ${stream}, where a new ERROR speaks against a version`, async () => {
      await serve(service({ stream }));
      await world.arrive('shop-1.1.0.cjs', service({ stream, fault: true }));
      const { verdict } = await daemon.until(
        'the new error is told',
        ({ verdict: it }) =>
          it?.version === 'shop-1.1.0' && it.reasons.some(({ code }) => code === 'new-error-kind'),
        60_000,
      );
      const reason = verdict?.reasons.find(({ code }) => code === 'new-error-kind');
      expect(reason?.text).to.contain('stock of an item went negative');
    });
  }

  it('is told to be missing where there is none, not shown as one without errors', async () => {
    await serve(service({ logs: false }));
    await world.arrive('shop-1.1.0.cjs', service({ logs: false }));
    await daemon.until(
      'the test has pairs',
      ({ verdict }) => verdict?.version === 'shop-1.1.0' && verdict.pairs > 5,
      60_000,
    );
    const why = await world.vili('why');
    expect(why.stdout + why.stderr).to.match(/log errors \/ 1k +no log +no log/);
  });

  // Private

  async function serve(content: string): Promise<void> {
    await world.arrive('shop-1.0.0.cjs', content);
    daemon = world.start();
    await daemon.serving('shop-1.0.0');
    world.users(25);
  }
});

// Private

function service({ stream = 'stdout', logs = true, fault = false }): string {
  return SERVICE.replace('STREAM', `process.${stream}`)
    .replace('LOGS', String(logs))
    .replace('FAULT', String(fault));
}

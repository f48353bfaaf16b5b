import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ServletView } from '../../lib/operator/views/status-view.ts';
import { reason, type World, worldWith, promote } from '../lib/deployment/world.ts';
import { withWorld } from '../support/daemon-world.ts';
import { eventually } from '../support/eventually.ts';

/** A daemon goes through several versions on a machine that is busy with other things. */
const LIMIT_MS = 60_000;
/** Adds what the file says to a log at its start and at each signal. */
const PROGRAM = `const fs = require('node:fs');
const tell = (what) => fs.appendFileSync('told', what + ' ' + fs.readFileSync('role', 'utf8'));
tell('start');
process.on('SIGUSR2', () => tell('signal'));
require('node:http').createServer((request, response) => response.end('ok'))
  .listen(process.env.PORT, 'localhost');
`;

describe('The role of a process', () => {
  it('is previous from the switch on, and running again after a rollback', () => {
    const world = promoted();
    expect(Object.fromEntries(world.duties)).to.deep.equal({ 'shop-1': 'previous' });
    world.tell({ type: 'roll-back', version: 'shop-1', by: 'anna', reasons: [reason('asked')] });
    expect(world.duties.get('shop-1')).to.equal('running');
  });

  it('is previous for one that Vili starts again during probation', () => {
    const world = promoted();
    world.duties.clear();
    world.boot();
    world.settle();
    expect(Object.fromEntries(world.duties)).to.deep.equal({ 'shop-1': 'previous' });
  });

  it('is in a file of its folder at its start and at each change, and a signal says so', () =>
    withWorld({ role_signal: 'SIGUSR2' }, async (world) => {
      const arrive = (version: string): Promise<void> =>
        world.arrive(`shop-${version}.js`, `// ${version}\n${PROGRAM}`);
      await arrive('1.0.0');
      const daemon = world.start();
      const first = (await daemon.serving('shop-1.0.0')).running;
      const told = (of: ServletView | null, file = 'told'): Promise<string> =>
        readFile(join(world.base, of?.version ?? '', of?.instance ?? '', file), 'utf8');
      expect(await told(first)).to.equal('start running\n');
      await arrive('1.1.0');
      const { testing } = await daemon.testing('shop-1.1.0');
      expect(await told(testing)).to.equal('start test\n');
      await world.vili('promote', '--yes');
      const { running } = await daemon.serving('shop-1.1.0');
      expect(await told(running)).to.equal('start running\n');
      await eventually(
        'previous was told',
        async () => (await told(first)) === 'start running\nsignal previous\n',
      );
      process.kill(first?.pid ?? 0, 'SIGKILL');
      const { previous } = await daemon.until(
        'previous is back',
        (status) => status.previous?.state === 'ready' && status.previous.pid !== first?.pid,
      );
      expect(await told(previous)).to.equal('start previous\n');
      process.kill(running?.pid ?? 0, 'SIGKILL');
      await daemon.serving('shop-1.0.0');
      await eventually(
        'it serves again',
        async () => (await told(previous)) === 'start previous\nsignal running\n',
      );
      expect(await told(previous, 'role')).to.equal('running\n');
    })).timeout(LIMIT_MS);
});

// Private

/** Version 2 took over from 1, which is kept warm. */
function promoted(): World {
  const world = worldWith(1);
  world.drop(2, 1);
  world.settle();
  promote(world, 2);
  world.settle();
  return world;
}

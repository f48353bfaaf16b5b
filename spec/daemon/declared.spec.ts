import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Report } from '../../lib/evaluation/report/report.ts';
import { withWorld } from '../support/daemon-world.ts';
import { eventually } from '../support/eventually.ts';

const LIMIT_MS = 60_000;
const CHANGED = { changedType: { endpoint: 'GET /items/{id}', field: 'price' } };
/** What the verdict is made of beside that is no matter here. */
const LIGHT = { verdict_speed: 'report', verdict_margin: '20%', compare_systematic: 'report' };

describe('Differences that are declared for one release', function () {
  this.timeout(180_000);

  it('do not count against it, are told with their reasons, and do not hold for the next one', async () => {
    await withWorld({ ...LIGHT, probation: '1s' }, async (world) => {
      const daemon = await world.startServing();
      world.users(80);
      await world.write(
        'shop-1.1.0.accept',
        '# for 1.1.0\n$.price  prices are text now\n$.gone  never there\n',
      );
      // It stays under test while it is looked at.
      expect((await world.vili('pause', '--yes')).code).to.equal(0);
      await world.drop('1.1.0', CHANGED);
      const { reasons } = await daemon.recorded('testing', 'shop-1.1.0', LIMIT_MS);
      expect(reasons).to.deep.equal([
        'shop-1.1.0.accept declares 2 differences: $.price (prices are text now); $.gone (never there)',
      ]);
      await eventually(
        'vili status tells it',
        async () => {
          const { stdout } = await world.vili('status');
          return /declared: \$\.price seen \d+ times?, \$\.gone not\s+seen/.test(stdout);
        },
        LIMIT_MS,
      );
      const why = (await world.vili('why')).stdout.replaceAll(/\s+/g, ' ');
      expect(why).to.match(/declared: \$\.price seen \d+ times? \(prices are text now\)/);
      expect((await world.vili('resume', '--yes')).code).to.equal(0);
      await daemon.serving('shop-1.1.0', LIMIT_MS);

      const folder = join(world.base, 'shop-1.1.0');
      const report = await eventually('the report is written', async () => {
        const text = await readFile(join(folder, 'report.json'), 'utf8').catch(() => null);
        return text === null ? null : (JSON.parse(text) as Report);
      });
      const [price, gone] = report.test?.declared ?? [];
      expect(price).to.include({ endpoint: null, path: '$.price', reason: 'prices are text now' });
      expect(price?.times).to.be.above(0);
      expect(gone?.times).to.equal(0);
      await eventually('it is written for people, too', async () => {
        const text = await readFile(join(folder, 'report.md'), 'utf8').catch(() => '');
        return text.includes('## Declared');
      });
      const kept = await readFile(join(folder, 'shop-1.1.0.accept'), 'utf8');
      expect(kept).to.equal('$.price prices are text now\n$.gone never there\n');

      // Back to a number: the declaration was of 1.1.0 alone.
      await world.drop('1.2.0');
      const rejected = await daemon.recorded('rejected', 'shop-1.2.0', LIMIT_MS);
      expect(rejected.reasons.join()).to.contain('$.price');
    });
  });

  it('may be declared while the test is under way, which then begins anew; nonsense is told', async () => {
    await withWorld({ ...LIGHT, verdict_mode: 'manual' }, async (world) => {
      const daemon = await world.startServing();
      world.users(80);
      await world.drop('1.1.0', CHANGED);
      await daemon.until(
        'it is to be rejected',
        ({ verdict }) => verdict?.decision === 'reject',
        LIMIT_MS,
      );

      await world.write('shop-1.1.0.accept', '$.price\nwhatever\n');
      const refused = await daemon.recorded('refused', 'shop-1.1.0.accept', LIMIT_MS);
      expect(refused.reasons.join()).to.equal(
        'nothing of shop-1.1.0.accept counts: line 1 says not why $.price may differ: write the reason behind it; line 2 "whatever" is not [METHOD /path/{id}] $.path reason',
      );

      await world.write('shop-1.1.0.accept', '$.price  prices are text now\n');
      const { verdict } = await daemon.until(
        'many pairs are compared, and the difference is seen',
        (it) => (it.verdict?.pairs ?? 0) > 200 && (it.verdict?.declared?.[0]?.times ?? 0) > 20,
        LIMIT_MS,
      );
      expect(verdict?.decision).to.not.equal('reject');
      expect(verdict?.reasons.filter(({ text }) => text.includes('$.price'))).to.deep.equal([]);
      const history = await daemon.client.history();
      expect(
        history.filter(({ event }) => event === 'testing').map(({ reasons }) => reasons.length),
      ).to.deep.equal([0, 1]);
    });
  });
});

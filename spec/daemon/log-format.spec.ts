import { expect } from 'chai';
import type { Daemon } from '../support/daemon.ts';
import { DaemonWorld } from '../support/daemon-world.ts';

const HELD = 'the log format changed';

describe('A version that is good except for its log', function () {
  this.timeout(60_000);
  let world: DaemonWorld;
  let daemon: Daemon;

  before(async () => {
    world = await DaemonWorld.create({ verdict_speed: 'report' });
    daemon = await world.startServing();
    world.users(100);
  });
  after(() => world.end());

  for (const [version, levelKey, what] of [
    ['1.1.0', 'grade', /0 of \d+ lines had a level.*keys seen: .*grade/],
    ['1.2.0', '', /testing logged nothing where the log should be/],
  ] as const) {
    it(`is held and reported, not promoted: ${levelKey || 'nothing is logged'}`, async () => {
      await world.drop(version, { levelKey });
      const isWaiting = ({ missing }: { readonly missing: readonly string[] }) =>
        missing.length === 1 && missing[0]?.includes(HELD) === true;
      const { running } = await daemon.until(
        `only the log holds ${version}`,
        ({ verdict }) => verdict?.version === `shop-${version}` && isWaiting(verdict),
        40_000,
      );
      expect(running?.version).to.equal('shop-1.0.0');
      const why = await world.vili('why');
      expect(why.stdout).to.contain('HOLD').and.contain(HELD);
      expect(why.stdout.replaceAll(/\s+/g, ' ')).to.match(what);
    });
  }
});

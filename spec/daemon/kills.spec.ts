import { expect } from 'chai';
import { runKills } from '../soak/kill/run.ts';
import { freshSeed } from '../support/fuzz/property.ts';

/** A host that is three times slower, and busy with other things, has to be enough. */
const LIMIT_MS = 600_000;
const POINTS = 30;
const PHASES_LEAST = 7;

describe('Vili killed at drawn moments of the whole life cycle', function () {
  this.timeout(LIMIT_MS);

  it('serves again, completes or undoes what was interrupted, and leaves nothing behind', async () => {
    const seed = freshSeed();
    // Killing a helper takes no restart of Vili, which is most of the time.
    const options = { points: POINTS, bases: 3, helperShare: 0.5, seed };
    const { kills, phases, problems } = await runKills(options);
    expect(problems.join('\n'), `seed ${seed}`).to.equal('');
    expect(kills).to.equal(POINTS);
    expect([...phases.keys()].length, 'phases').to.be.at.least(PHASES_LEAST);
  });
});

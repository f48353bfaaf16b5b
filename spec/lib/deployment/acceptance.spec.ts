import { expect } from 'chai';
import { ACCEPTED_LIMIT, acceptedOf } from '../../../lib/deployment/acceptance.ts';
import { planAct } from '../../../lib/deployment/acts.ts';
import { parseDeployment } from '../../../lib/deployment/parse.ts';
import { release, TAKEOVER, type World, worldWith } from './world.ts';

const RULES = {
  nowMs: 0,
  wallMs: 0,
  probationMs: 0,
  comparedMs: null,
  isRollbackManual: false,
  testingCrashesMax: 2,
  takeover: TAKEOVER,
  compareVersions: (a: string, b: string) => Number(a) - Number(b),
};

describe('What an operator accepts of a version', () => {
  it('is told to its test, is in the history with who and why, and survives a restart of Vili', () => {
    const world = testingWorld();
    acceptIn(world, 'shop-2', '$.price');
    expect(world.evaluated.at(-1)).to.deep.include({ accepted: ['$.price'] });
    const [entry] = world.history.filter(({ event }) => event === 'accepted');
    expect(entry).to.include({ version: 'shop-2', by: 'anna' });
    expect(entry?.reasons[0]?.text).to.equal('anna accepted $.price: new currency');
    world.state = parseDeployment(JSON.parse(JSON.stringify(world.saved)), 'shop');
    world.boot();
    world.settle();
    expect(world.evaluated.at(-1)).to.deep.include({ accepted: ['$.price'] });
  });

  it('is recorded once, however often it is asked for', () => {
    const world = testingWorld();
    acceptIn(world, 'shop-2', '$.price');
    acceptIn(world, 'shop-2', '$.price');
    expect(world.history.filter(({ event }) => event === 'accepted')).to.have.length(1);
    expect(world.state.accepted).to.have.length(1);
  });

  it('holds for this very build alone', () => {
    const world = testingWorld();
    acceptIn(world, 'shop-2', '$.price');
    expect(acceptedOf(world.state, release(2))).to.deep.equal(['$.price']);
    expect(acceptedOf(world.state, release(2, 7))).to.deep.equal([]);
    expect(acceptedOf(world.state, release(3))).to.deep.equal([]);
  });

  it('is possible as soon as the version arrived, and only for a version that is tested', () => {
    const world = worldWith(1);
    world.drop(2, 1);
    world.happen(0, true);
    acceptIn(world, 'shop-2', '$.price');
    world.settle();
    expect(world.evaluated.at(-1)).to.deep.include({ accepted: ['$.price'] });
    expect(acceptIn(world, 'shop-1', '$.price')).to.include({
      done: false,
      text: 'shop-1 is not under test; shop-2 is',
    });
    expect(acceptIn(world, 'shop-2', null)).to.include({ done: false });
  });

  it('is forgotten, the oldest first, beyond a number that no operator reaches', () => {
    const world = testingWorld();
    for (let n = 0; n <= ACCEPTED_LIMIT; n++) acceptIn(world, 'shop-2', `$.field${n}`);
    const names = acceptedOf(world.state, release(2));
    expect([names.length, names[0]]).to.deep.equal([ACCEPTED_LIMIT, '$.field1']);
  });

  it('is left out of a state file where it is not as it should be', () => {
    const world = testingWorld();
    acceptIn(world, 'shop-2', '$.price');
    const good = world.state.accepted?.[0];
    const read = (accepted: unknown): unknown =>
      parseDeployment(JSON.parse(JSON.stringify({ ...world.state, accepted })), 'shop').accepted;
    expect(read([good, { ...good, name: 7 }, null, 'x'])).to.deep.equal([good]);
    expect(read('all of it')).to.equal(undefined);
  });
});

// Private

function testingWorld(): World {
  const world = worldWith(1);
  world.drop(2, 1);
  world.settle();
  return world;
}

function acceptIn(world: World, version: string, name: string | null) {
  const act = { kind: 'accept', version, name, by: 'anna', release: null } as const;
  const { reply, event } = planAct(world.state, { ...act, reason: 'new currency' }, RULES);
  if (event !== null) world.tell(event);
  return reply;
}

import { expect } from 'chai';
import { Acceptance } from '../../../../lib/mirror/state/acceptance.ts';
import { receptionOf, type Seen, signOf } from '../../../../lib/mirror/state/reception.ts';

const KIND = 'cookie `sid`';
const PLACE = 'GET /account';

describe('Whether testing knows what running hands out', () => {
  it('is not known before enough was seen: the pairs wait', () => {
    const acceptance = new Acceptance();
    expect(acceptance.standing(KIND)).to.equal('unknown');
    expect(acceptance.treatment(KIND, PLACE)).to.equal('unlearned');
    acceptance.observe(KIND, PLACE, 'stranger', 'status');
    expect(acceptance.standing(KIND)).to.equal('unknown');
  });

  it('shows by who is never recognised: the sessions are its own', () => {
    const acceptance = new Acceptance();
    for (let seen = 0; seen < 3; seen++) acceptance.observe(KIND, PLACE, 'stranger', 'status');
    expect(acceptance.standing(KIND)).to.equal('own');
    expect(acceptance.treatment(KIND, PLACE)).to.equal('own');
  });

  it('shows by who is recognised by and large: a refusal then is a fault and counts', () => {
    const acceptance = new Acceptance();
    for (let seen = 0; seen < 8; seen++) acceptance.observe(KIND, PLACE, 'known', 'status');
    for (let seen = 0; seen < 6; seen++)
      acceptance.observe(KIND, 'GET /orders', 'stranger', 'status');
    expect(acceptance.standing(KIND)).to.equal('shared');
    expect(acceptance.treatment(KIND, 'GET /orders')).to.equal('count');
  });

  it('counts as shared when one in four is recognised: a store that is not shared knows nobody', () => {
    const acceptance = new Acceptance();
    for (let seen = 0; seen < 16; seen++) {
      acceptance.observe(KIND, PLACE, seen % 4 === 0 ? 'known' : 'stranger', 'status');
    }
    expect(acceptance.standing(KIND)).to.equal('shared');
  });

  it('makes no difference where strangers get the same', () => {
    const acceptance = new Acceptance();
    for (let seen = 0; seen < 3; seen++) acceptance.observe(KIND, PLACE, 'stranger', 'status');
    for (let seen = 0; seen < 3; seen++)
      acceptance.observe(KIND, 'GET /', 'indifferent', 'content');
    expect(acceptance.dependsOn(KIND, 'GET /')).to.equal(false);
    expect(acceptance.treatment(KIND, 'GET /')).to.equal('count');
    expect(acceptance.treatment(KIND, PLACE)).to.equal('own');
  });

  it('believes the status before the content, which varies by itself', () => {
    const acceptance = new Acceptance();
    for (let seen = 0; seen < 20; seen++) acceptance.observe(KIND, 'GET /', 'known', 'content');
    for (let seen = 0; seen < 3; seen++) acceptance.observe(KIND, PLACE, 'stranger', 'status');
    expect(acceptance.standing(KIND)).to.equal('own');
  });

  it('goes by agreement alone where no stranger can be asked', () => {
    const acceptance = new Acceptance();
    for (let seen = 0; seen < 19; seen++) acceptance.compared(KIND, PLACE, 'alike');
    expect(acceptance.treatment(KIND, PLACE)).to.equal('unlearned');
    acceptance.compared(KIND, PLACE, 'alike');
    expect(acceptance.treatment(KIND, PLACE)).to.equal('count');
    for (let seen = 0; seen < 3; seen++) acceptance.compared(KIND, 'GET /orders', 'denied');
    expect(acceptance.standing(KIND)).to.equal('own');
    for (let seen = 0; seen < 3; seen++) acceptance.compared(KIND, 'GET /orders', 'alike');
    expect(acceptance.standing(KIND)).to.equal('shared');
  });

  it('asks for strangers at first and while nothing is known, then seldom', () => {
    const asked = (acceptance: Acceptance): number => {
      let count = 0;
      for (let index = 0; index < 100; index++) {
        if (acceptance.wantsStranger(KIND, PLACE, () => 0.5)) count++;
      }
      return count;
    };
    const acceptance = new Acceptance();
    expect(asked(acceptance)).to.equal(24);
    expect(acceptance.wantsStranger(KIND, PLACE, () => 0.01)).to.equal(true);
    const known = new Acceptance();
    for (let seen = 0; seen < 3; seen++) known.observe(KIND, 'GET /orders', 'known', 'status');
    expect(asked(known)).to.equal(6);
  });

  it('stays within its bounds, however many kinds and endpoints there are', () => {
    const acceptance = new Acceptance();
    for (let index = 0; index < 3000; index++) {
      acceptance.observe(`cookie \`${index}\``, PLACE, 'known', 'status');
      acceptance.observe(KIND, `GET /${index}`, 'known', 'status');
    }
    expect(acceptance.standing('cookie `2999`')).to.equal('unknown');
    expect(acceptance.wantsStranger('cookie `2999`', PLACE, () => 0.5)).to.equal(false);
  });
});

describe('How testing took a client', () => {
  const nowhere = new Set<string>();
  const name = new Set(['value $.name']);
  const seen = (changes: Partial<Seen>): Seen => ({
    running: '200',
    stranger: '200',
    testing: '200',
    strangerPlaces: () => nowhere,
    testingPlaces: () => nowhere,
    betweenThem: () => nowhere,
    ...changes,
  });
  const named = () => name;
  const cases: readonly [string, Partial<Seen>, string][] = [
    ['as running did where strangers are refused', { stranger: 'denied' }, 'known'],
    ['as a stranger', { stranger: 'denied', testing: 'denied' }, 'stranger'],
    ['as neither', { stranger: 'denied', testing: '404' }, 'unclear'],
    [
      'as a stranger who is sent to log in',
      { stranger: '302 /login', testing: '302 /login' },
      'stranger',
    ],
    ['refused where strangers are not', { testing: 'denied' }, 'unclear'],
    ['all alike', {}, 'indifferent'],
    ['with the content of the client', { strangerPlaces: named }, 'known'],
    ['with the content of strangers', { strangerPlaces: named, testingPlaces: named }, 'stranger'],
    [
      'with content of its own, which differs by itself',
      { strangerPlaces: named, testingPlaces: named, betweenThem: named },
      'unclear',
    ],
  ];
  for (const [title, changes, reception] of cases) {
    it(`is ${reception}: ${title}`, () => {
      expect(receptionOf(seen(changes)).reception).to.equal(reception);
    });
  }

  it('is told by where a redirect leads, not by host or query', () => {
    const to = (location: string) => signOf({ status: 302, headers: ['Location', location] });
    expect(to('http://127.0.0.1:8001/login?next=%2Fa')).to.equal(to('/login'));
    expect(to('/home')).to.not.equal(to('/login'));
    expect(signOf({ status: 401, headers: [] })).to.equal(signOf({ status: 403, headers: [] }));
  });
});

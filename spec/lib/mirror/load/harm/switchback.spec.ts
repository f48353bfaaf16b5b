import { expect } from 'chai';
import * as fc from 'fast-check';
import { UsualPace } from '../../../../../lib/mirror/load/harm/pace.ts';
import { Switchback } from '../../../../../lib/mirror/load/harm/switchback.ts';
import type { HarmState } from '../../../../../lib/model/users/harm.ts';

const TICK_MS = 50;

/** What happens to users: `at` ms since the test began, `share` of the copies that is made. */
interface World {
  /** How many times longer than usual a request takes. */
  readonly factor: (atMs: number, share: number, random: () => number) => number;
  readonly perSecond: number;
  readonly failing?: (share: number) => number;
  readonly isTimed?: boolean;
}

interface Course {
  readonly states: readonly HarmState[];
  readonly end: HarmState;
  readonly share: number;
  readonly pausedAtMs: number | null;
  /** With copies, from the first pause to the end of the experiment. */
  readonly copyingMs: number;
  readonly factors: { readonly copying: number; readonly pausing: number } | null;
  readonly endedAtMs: number;
}

/** Runs 10 minutes of a test under users, in no time. */
function run(
  { factor, perSecond, failing = () => 0, isTimed = true }: World,
  seed: number,
): Course {
  const random = seeded(seed);
  const pace = new UsualPace();
  const usualMs = () => 8 * Math.exp(0.4 * normal(random));
  for (let index = 0; index < 500; index++) pace.learn('GET /', usualMs());
  const switchback = new Switchback(pace, random, isTimed);
  const states: HarmState[] = [];
  const late: { readonly doneMs: number; readonly atMs: number; readonly ms: number }[] = [];
  let [pausedAtMs, endedAtMs, copyingMs]: [number | null, number, number] = [null, 0, 0];
  for (let nowMs = 0; nowMs < 600_000; nowMs += TICK_MS) {
    switchback.tick(nowMs);
    const { share, harm } = switchback;
    if (states.at(-1) !== harm.state) {
      states.push(harm.state);
      endedAtMs = nowMs;
    }
    if (harm.state === 'trying' && share > 0) copyingMs += TICK_MS;
    if (share === 0) pausedAtMs ??= nowMs;
    let arrivals = (perSecond * TICK_MS) / 1000;
    for (; random() < arrivals; arrivals--) {
      const ms = usualMs() * factor(nowMs, share, random);
      late.push({ doneMs: nowMs + ms, atMs: nowMs, ms });
    }
    for (let index = late.length - 1; index >= 0; index--) {
      const { doneMs, atMs, ms } = late[index] ?? { doneMs: 0, atMs: 0, ms: 0 };
      if (doneMs > nowMs) continue;
      late.splice(index, 1);
      switchback.observe({ endpoint: 'GET /', atMs, ms, failed: random() < failing(share) });
    }
  }
  const { harm } = switchback;
  return {
    states,
    end: harm.state,
    share: harm.share,
    pausedAtMs,
    copyingMs,
    factors: harm.factors,
    endedAtMs,
  };
}

function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function many(world: World, count = 24): readonly Course[] {
  return Array.from({ length: count }, (_, index) => run(world, index + 1));
}

function shareOf(courses: readonly Course[], is: (course: Course) => boolean): number {
  return courses.filter(is).length / courses.length;
}

describe('A test that hurts users', () => {
  it('pauses within 10 s, is proven within 60 s of copying, and ends where even few copies hurt', () => {
    const courses = many({ perSecond: 20, factor: (_, share) => (share > 0 ? 12 : 1) });
    for (const { end, share, pausedAtMs, copyingMs, factors, endedAtMs } of courses) {
      expect(pausedAtMs).to.be.below(10_000);
      expect(copyingMs).to.be.at.most(60_000);
      expect({ end, share }).to.deep.equal({ end: 'hurting', share: 0 });
      expect(factors?.copying).to.be.within(8, 14);
      expect(factors?.pausing).to.be.within(0.8, 1.2);
      expect(endedAtMs).to.be.below(180_000);
    }
  });

  it('goes on with as many copies as do not hurt', () => {
    const courses = many({ perSecond: 40, factor: (_, share) => (share >= 0.2 ? 6 : 1) });
    expect(shareOf(courses, ({ end, share }) => end === 'reduced' && share === 1 / 16)).to.be.above(
      0.95,
    );
  });

  it('is found by failures, too, also where times say nothing', () => {
    const failing = (share: number) => (share > 0 ? 0.4 : 0);
    const courses = many({ perSecond: 20, factor: () => 1, failing, isTimed: false });
    expect(shareOf(courses, ({ end }) => end === 'hurting')).to.be.above(0.95);
  });

  it('is left alone where times say nothing, or where users wait a few ms more', () => {
    const slow = { perSecond: 20, factor: () => 5, isTimed: false };
    const little = { perSecond: 20, factor: (_: number, share: number) => (share > 0 ? 1.3 : 1) };
    for (const world of [slow, little]) {
      expect(shareOf(many(world, 20), ({ states }) => states.length > 1)).to.equal(0);
    }
  });

  it('is not blamed for what slows running down anyway, steadily or in bursts', () => {
    const steady = { perSecond: 20, factor: (atMs: number) => (atMs > 20_000 ? 6 : 1) };
    const bursts = {
      perSecond: 20,
      factor: (atMs: number) => (Math.floor(atMs / 7000) % 2 ? 10 : 1),
    };
    const drift = { perSecond: 20, factor: (atMs: number) => 1 + atMs / 30_000 };
    for (const world of [steady, bursts, drift]) {
      const courses = many(world);
      expect(shareOf(courses, ({ states }) => states.includes('cutting'))).to.be.at.most(0.05);
      expect(shareOf(courses, ({ states }) => states.includes('trying'))).to.equal(1);
    }
    expect(shareOf(many(steady), ({ end }) => end === 'watching')).to.be.above(0.9);
  });

  it('ends without a finding, with few copies, where there is too little traffic', () => {
    const courses = many({ perSecond: 0.7, factor: (_, share) => (share > 0 ? 12 : 1) }, 20);
    for (const { end, share } of courses) {
      expect([end, share]).to.deep.equal(['unproven', 1 / 16]);
    }
    const some = many({ perSecond: 3, factor: (_, share) => (share > 0 ? 12 : 1) }, 20);
    expect(shareOf(some, ({ end }) => end === 'hurting' || end === 'unproven')).to.equal(1);
  });

  it('never copies for longer than 60 s while it is tried, whatever running does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 60 }),
        fc.nat(),
        (factors, perSecond, seed) => {
          const factor = (atMs: number, share: number) =>
            (factors[Math.floor(atMs / 3000) % factors.length] ?? 1) * (share > 0 ? 2 : 1);
          const { states, copyingMs } = run({ perSecond, factor }, seed);
          const trials = states.filter((state) => state === 'trying').length;
          expect(copyingMs).to.be.at.most(60_000 * trials);
        },
      ),
      { numRuns: 25 },
    );
  });
});

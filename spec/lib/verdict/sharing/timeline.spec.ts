import { expect } from 'chai';
import * as fc from 'fast-check';
import { burstAlternatives, ChangeMixture } from '../../../../lib/verdict/math/change-mixture.ts';
import { changeE } from '../../../../lib/verdict/sharing/change.ts';
import {
  blockStart,
  blockWidth,
  joined,
  MAX_BLOCKS,
  STEP_MS,
  Timeline,
} from '../../../../lib/verdict/sharing/timeline.ts';
import { Random } from '../../../bench/verdict/random.ts';

const RATE = 0.05;
const SURPRISE = -Math.log(RATE);

function played(events: readonly (readonly [wait: number, isHit: boolean])[]): Timeline {
  const timeline = new Timeline();
  let atMs = 0;
  for (const [wait, isHit] of events) timeline.note((atMs += wait), isHit, isHit ? SURPRISE : 0);
  return timeline;
}

const event = fc.tuple(fc.nat(20_000), fc.boolean());
const events = fc.array(event, { maxLength: 200 });

describe('A timeline', () => {
  it('counts everything once, in blocks that lie within those of any older test', () => {
    fc.assert(
      fc.property(events, fc.nat(5000), (list, more) => {
        const timeline = played(list);
        const blocks = timeline.blocks();
        const count = (of: readonly { hits: number; misses: number }[]) =>
          of.reduce((sum, { hits, misses }) => sum + hits + misses, 0);
        expect(count(blocks)).to.equal(list.length);
        const later = timeline.step + more;
        for (const { start } of blocks) {
          const end = start + blockWidth(start, timeline.step) - 1;
          expect(blockStart(end, later)).to.equal(blockStart(start, later));
        }
        expect(count(joined(blocks, later))).to.equal(list.length);
      }),
    );
  });

  it('does not depend on the order in which those of several hosts are added', () => {
    fc.assert(
      fc.property(events, events, (one, other) => {
        const [left, right] = [played(one), played(other)];
        const step = Math.max(left.step, right.step);
        const ab = joined([...left.blocks(), ...right.blocks()], step);
        const ba = joined([...right.blocks(), ...left.blocks()], step);
        const plain = (blocks: typeof ab) =>
          blocks.map(({ start, hits, misses }) => [start, hits, misses]);
        expect(plain(ab)).to.deep.equal(plain(ba));
        const sum = new Timeline();
        sum.add(left.blocks(), left.step);
        sum.add(right.blocks(), right.step);
        expect(plain([...sum.blocks()])).to.deep.equal(plain(ab));
      }),
    );
  });

  it('keeps a day in some fifty blocks, the latest minutes as they came', () => {
    const timeline = new Timeline();
    for (let atMs = 0; atMs < 86_400_000; atMs += STEP_MS) timeline.note(atMs, false);
    expect(timeline.blocks().length).to.be.within(20, 60);
    expect(timeline.blocks().length).to.be.below(MAX_BLOCKS);
    const last = timeline.blocks().at(-1)?.start ?? 0;
    expect(timeline.blocks().at(-3)?.start).to.equal(last - 2);
  });

  it('survives a checkpoint', () => {
    fc.assert(
      fc.property(events, (list) => {
        const before = played(list);
        const after = new Timeline();
        after.restore(JSON.parse(JSON.stringify(before.checkpoint())), 'timeline');
        expect(after.blocks()).to.deep.equal(before.blocks());
        expect(after.step).to.equal(before.step);
      }),
    );
  });
});

describe('The evidence for a change, by blocks', () => {
  const valueOf = (timeline: Timeline) => changeE(timeline, burstAlternatives, null);

  it('finds a change that begins late about as soon as one observation after the other does', () => {
    const random = new Random(7);
    const timeline = new Timeline();
    const single = new ChangeMixture(burstAlternatives);
    let [byBlocks, bySingle] = [0, 0];
    for (let n = 1; n <= 1200; n++) {
      const isHit = random.chance(n > 1000 ? 0.3 : 0.01);
      timeline.note(n * 1000, isHit, isHit ? SURPRISE : 0);
      single.update(isHit, RATE);
      if (n > 1000 && byBlocks === 0 && valueOf(timeline) >= 1000) byBlocks = n - 1000;
      if (n > 1000 && bySingle === 0 && single.value >= 1000) bySingle = n - 1000;
    }
    expect(bySingle).to.be.above(0);
    expect(byBlocks).to.be.within(1, 1.3 * bySingle + 10);
  });

  it('exceeds 20 in at most 5 % of the runs in which there is no change', () => {
    let exceeded = 0;
    for (let run = 0; run < 400; run++) {
      const random = new Random(run + 1);
      const timeline = new Timeline();
      let highest = 0;
      for (let n = 1; n <= 400; n++) {
        const isHit = random.chance(RATE);
        timeline.note(n * 2500, isHit, isHit ? SURPRISE : 0);
        if (n % 4 === 0) highest = Math.max(highest, valueOf(timeline));
      }
      if (highest >= 20) exceeded++;
    }
    expect(exceeded / 400).to.be.at.most(0.05);
  }).timeout(30_000);
});

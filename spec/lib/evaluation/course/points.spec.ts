import { expect } from 'chai';
import * as fc from 'fast-check';
import { Course, type CoursePoints, MAX_POINTS } from '../../../../lib/evaluation/course/points.ts';
import type { VerdictReport } from '../../../../lib/verdict/report.ts';

function reportAt(elapsedMs: number, bySignal: Readonly<Record<string, number>>): VerdictReport {
  return {
    decision: 'collecting',
    pairs: Math.floor(elapsedMs / 10),
    elapsedMs,
    progress: 0.12345,
    condemned: false,
    blocked: false,
    certainty: {
      oddsWorse: 1 + elapsedMs,
      oddsNeeded: 100,
      bySignal,
      ruledOutAlpha: 0.025,
      ruledOut: 1,
      oddsFit: 2,
      oddsFitNeeded: 40,
    },
    reasons: [],
    missing: [],
    estimate: null,
  };
}

function lengthsOf({ bySignal, ...columns }: CoursePoints): ReadonlySet<number> {
  return new Set([...Object.values(columns), ...Object.values(bySignal)].map((one) => one.length));
}

describe('the course of the evidence', () => {
  it('takes a point every 2 seconds, whatever the ticks', () => {
    const course = new Course();
    for (let ms = 0; ms <= 8000; ms += 250) course.note(reportAt(ms, { errors: 0.5 }));
    const { elapsedMs, oddsWorse, oddsFit, progress, bySignal } = course.view();
    expect(elapsedMs).to.deep.equal([0, 2000, 4000, 6000, 8000]);
    expect(oddsWorse.at(1), 'three digits').to.equal(2000);
    expect(oddsFit).to.deep.equal([2, 2, 2, 2, 2]);
    expect(progress[0]).to.equal(0.123);
    expect(bySignal).to.deep.equal({ errors: [0.5, 0.5, 0.5, 0.5, 0.5] });
  });

  it('ends with the moment of a decision, which may come between two points', () => {
    const course = new Course();
    course.note(reportAt(0, {}));
    const decided = reportAt(1200, { errors: 3 });
    expect(course.upTo(decided)).to.deep.include({ elapsedMs: [0, 1200], pairs: [0, 120] });
    expect(course.upTo(decided).bySignal).to.deep.equal({ errors: [0, 3] });
    expect(course.upTo(reportAt(0, {})).elapsedMs).to.deep.equal([0]);
    expect(course.view().elapsedMs, 'it goes on as before').to.deep.equal([0]);
  });

  it('stays below its bound however long a test takes, evenly spread over all of it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4000 }),
        fc.integer({ min: 250, max: 9000 }),
        (count, tickMs) => {
          const course = new Course();
          for (let tick = 0; tick < count; tick++)
            course.note(reportAt(tick * tickMs, { errors: 1 }));
          const points = course.view();
          const { elapsedMs } = points;
          expect(elapsedMs.length).to.be.within(1, MAX_POINTS - 1);
          expect(elapsedMs[0]).to.equal(0);
          for (const [at, ms] of elapsedMs.entries()) {
            if (at > 0) expect(ms - (elapsedMs[at - 1] ?? 0)).to.be.at.least(course.stepMs);
          }
          expect(lengthsOf(points).size).to.equal(1);
          const ended = (count - 1) * tickMs;
          expect(ended - (elapsedMs.at(-1) ?? 0)).to.be.below(course.stepMs + tickMs);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('knows signals that come and go, with nothing where they said nothing', () => {
    const course = new Course();
    course.note(reportAt(0, { errors: 1 }));
    course.note(reportAt(2000, { errors: 1, latency: 2 }));
    course.note(reportAt(4000, { latency: 3 }));
    expect(course.view().bySignal).to.deep.equal({ errors: [1, 1, 0], latency: [0, 2, 3] });
  });

  it('is the same after a checkpoint, and empty after anything that is none', () => {
    const course = new Course();
    for (let ms = 0; ms < 1_000_000; ms += 1000) course.note(reportAt(ms, { errors: 1 }));
    const restored = new Course();
    restored.restore(JSON.parse(JSON.stringify(course.checkpoint())));
    expect(restored.view()).to.deep.equal(course.view());
    expect(restored.stepMs).to.equal(course.stepMs);
    const blank = new Course().view();
    const broken = { ...(course.checkpoint() as object), pairs: [1, 2] };
    for (const saved of [undefined, null, 7, {}, { stepMs: 2000, elapsedMs: ['x'] }, broken]) {
      const other = new Course();
      other.restore(saved);
      expect(other.view()).to.deep.equal(blank);
    }
  });
});

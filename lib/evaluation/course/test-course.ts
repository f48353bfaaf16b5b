import type { PairOutcome } from '../../compare/outcome.ts';
import { objectPieces, type Pieces } from '../../model/text/pieces.ts';
import type { EndpointState, VerdictReport } from '../../verdict/report.ts';
import type { Coverage } from '../coverage.ts';
import { EndpointSides } from './endpoint-sides.ts';
import { Course } from './points.ts';
import { type CourseView, endpointsView } from './view.ts';

interface Now {
  readonly report: VerdictReport;
  /** Of that report, on the wall clock. */
  readonly nowMs: number;
  readonly states: readonly EndpointState[];
  readonly coverage: Coverage;
}

/** What people see of a test beside its verdict: how the evidence grew, and both sides of each endpoint. */
export class TestCourse {
  readonly #points = new Course();
  readonly #sides = new EndpointSides();

  pair(outcome: PairOutcome): void {
    this.#sides.pair(outcome);
  }

  note(report: VerdictReport): void {
    this.#points.note(report);
  }

  view(
    about: { readonly version: string; readonly against: string | null },
    { report, nowMs, states, coverage }: Now,
  ): CourseView {
    const { oddsNeeded: reject, oddsFitNeeded: promote = 0 } = report.certainty;
    const evidence = {
      schema: 'vili.evidence/1',
      ...about,
      startedAt: new Date(nowMs - report.elapsedMs).toISOString(),
      stepMs: this.#points.stepMs,
      thresholds: { reject, promote },
      points: this.#points.upTo(report),
    } as const;
    return { evidence, endpoints: endpointsView(about, states, this.#sides, coverage) };
  }

  /** A checkpoint: JSON in pieces. */
  pieces(): Pieces {
    return objectPieces({ points: this.#points.checkpoint() }, { sides: this.#sides.pieces() });
  }

  /** Adopts a checkpoint; what it lacks stays empty. */
  restore(saved: unknown): void {
    const { points, sides } = (saved ?? {}) as {
      readonly points?: unknown;
      readonly sides?: unknown;
    };
    this.#points.restore(points);
    this.#sides.restore(sides);
  }
}

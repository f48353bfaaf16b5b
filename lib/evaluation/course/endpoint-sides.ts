import { isAside, type PairOutcome, type ResponseSummary } from '../../compare/outcome.ts';
import { severityOf } from '../../compare/severity.ts';
import { listPieces, type Pieces } from '../../model/text/pieces.ts';

/** Endpoints counted by name, which is as many as the comparison knows; others count together. */
const MAX_ENDPOINTS = 500;
const OTHER = '(other)';
const LEAST_MS = 0.1;
const BINS = 40;
/** Second responses from which on they alone are shown: they were given side by side. */
const ENOUGH_SECONDS = 20;

/** Upper bounds of the bins of a histogram, ms; the last bin has none. */
export const BIN_BOUNDS_MS: readonly number[] = Object.freeze(
  Array.from({ length: BINS - 1 }, (_, index) =>
    Number((LEAST_MS * 2 ** (index / 2)).toPrecision(4)),
  ),
);

/** What one side did on one endpoint. */
export interface SideView {
  /** Responses that were broken (5xx, none), and responses of 400 to 499. */
  readonly failed: number;
  readonly clientErrors: number;
  /** Responses by time; one number per bin of `BIN_BOUNDS_MS` and one beyond. */
  readonly ms: readonly number[];
}

export interface SidesView {
  readonly running: SideView;
  readonly testing: SideView;
}

interface Side {
  failed: number;
  clientErrors: number;
  readonly firstMs: Uint32Array;
  /** Of second responses, which both gave at the same moment to the same thread; made when there is one. */
  secondMs: Uint32Array | null;
}

const SIDES = ['running', 'testing'] as const;

/** Failures and times of both sides by endpoint: a few additions for each pair. */
export class EndpointSides {
  readonly #endpoints = new Map<string, { readonly running: Side; readonly testing: Side }>();

  pair(outcome: PairOutcome): void {
    if (isAside(outcome)) return;
    const { running, testing, again, disturbed } = outcome;
    const sides = this.#sidesOf(outcome.endpoint);
    const isTimed = disturbed !== true;
    count(sides.running, running, isTimed);
    count(sides.testing, testing, isTimed);
    if (!isTimed || typeof again !== 'object' || again === null) return;
    countSecond(sides.running, again.running);
    countSecond(sides.testing, again.testing);
  }

  /** Null for an endpoint without a pair. */
  view(endpoint: string): SidesView | null {
    const sides = this.#endpoints.get(endpoint);
    if (sides === undefined) return null;
    const { running, testing } = sides;
    const isSecond = totalOf(running.secondMs) >= ENOUGH_SECONDS;
    return { running: viewOf(running, isSecond), testing: viewOf(testing, isSecond) };
  }

  /** A checkpoint: JSON, an endpoint in each piece. */
  pieces(): Pieces {
    return listPieces(this.#endpoints, ([name, { running, testing }]) => {
      return `[${JSON.stringify(name)},${textOf(running)},${textOf(testing)}]`;
    });
  }

  /** Adopts a checkpoint; what it lacks stays empty. */
  restore(saved: unknown): void {
    for (const entry of listOf(saved).slice(0, MAX_ENDPOINTS + 1)) {
      const [name, ...found] = listOf(entry);
      if (typeof name !== 'string') continue;
      const sides = this.#sidesOf(name);
      for (const [at, side] of SIDES.entries()) {
        const [failed, clientErrors, firstMs, secondMs] = listOf(found[at]);
        const own = sides[side];
        own.failed = countOf(failed);
        own.clientErrors = countOf(clientErrors);
        fill(own.firstMs, firstMs);
        if (listOf(secondMs).length > 0) own.secondMs = fill(new Uint32Array(BINS), secondMs);
      }
    }
  }

  // Private

  #sidesOf(endpoint: string): { readonly running: Side; readonly testing: Side } {
    const known = this.#endpoints.get(endpoint);
    if (known !== undefined) return known;
    const name = this.#endpoints.size < MAX_ENDPOINTS ? endpoint : OTHER;
    const sides = this.#endpoints.get(name) ?? { running: newSide(), testing: newSide() };
    this.#endpoints.set(name, sides);
    return sides;
  }
}

// Private

function newSide(): Side {
  return { failed: 0, clientErrors: 0, firstMs: new Uint32Array(BINS), secondMs: null };
}

function count(side: Side, response: ResponseSummary, isTimed: boolean): void {
  const severity = severityOf(response);
  if (severity === 2) side.failed++;
  else if (isTimed) add(side.firstMs, response.ms);
  if (severity === 1) side.clientErrors++;
}

function countSecond(side: Side, response: ResponseSummary): void {
  if (severityOf(response) < 2) add((side.secondMs ??= new Uint32Array(BINS)), response.ms);
}

function add(bins: Uint32Array, ms: number): void {
  const bin = ms > LEAST_MS ? Math.ceil(2 * Math.log2(ms / LEAST_MS)) : 0;
  const index = Math.min(BINS - 1, bin);
  bins[index] = (bins[index] ?? 0) + 1;
}

function viewOf({ failed, clientErrors, firstMs, secondMs }: Side, isSecond: boolean): SideView {
  const bins = isSecond ? secondMs : firstMs;
  // A thousand of these are made at once: a typed array's own way into a list takes ten times as long.
  const ms: number[] = [];
  for (let index = 0; index < BINS; index++) ms.push(bins?.[index] ?? 0);
  return { failed, clientErrors, ms };
}

function totalOf(bins: Uint32Array | null): number {
  let sum = 0;
  for (let index = 0; index < (bins?.length ?? 0); index++) sum += bins?.[index] ?? 0;
  return sum;
}

function textOf({ failed, clientErrors, firstMs, secondMs }: Side): string {
  return `[${failed},${clientErrors},${sparse(firstMs)},${sparse(secondMs)}]`;
}

/** The filled bins as `[index,count,index,count]`. */
function sparse(bins: Uint32Array | null): string {
  let text = '';
  for (let index = 0; index < (bins?.length ?? 0); index++) {
    const count = bins?.[index] ?? 0;
    if (count > 0) text += `${text === '' ? '' : ','}${index},${count}`;
  }
  return `[${text}]`;
}

function fill(bins: Uint32Array, saved: unknown): Uint32Array {
  const list = listOf(saved).slice(0, 2 * BINS);
  for (let at = 0; at + 1 < list.length; at += 2) {
    const index = Number(list[at]);
    if (Number.isInteger(index) && index >= 0 && index < BINS) bins[index] = countOf(list[at + 1]);
  }
  return bins;
}

function countOf(value: unknown): number {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : 0;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

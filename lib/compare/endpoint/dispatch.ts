import { entryOf } from '../limited.ts';
import type { KnownNames } from './known-names.ts';
import { parameterOf, parametersOf, valueName } from './query.ts';
import { type Seen, Tally } from './tally.ts';

/** Parameters of one path, and values of one parameter, that are compared with each other. */
const MAX_PARAMETERS = 8;
const MAX_VALUES = 24;
/** After so many responses only one in `SPARSE` is still looked at. */
const MAX_EAGER = 1000;
const SPARSE = 8;
const RESPONSES_PER_LOOK = 8;
const MIN_RESPONSES = 24;
/** Parameters that tell the requests of one path apart. */
const MAX_DEPTH = 3;
/** Paths whose queries are learned from at once. */
const MAX_LEARNING = 100;
const PRINTABLE = /^[\w.[\]~-]{1,48}$/;
/** Which of a page, of a thing or of a user it is about: no action. */
const NO_ACTION =
  /^(?:id|.*[_-]id|.*Id|q|query|s|search|term|text|name|title|user|username|email|key|t|ts|_|cb|callback|v|ver|version|rev|ref|utm_.*|date|from|to|since|until|limit|offset|size|count|sort|order|lang|locale|filter)$/;
/** Names by which programs choose what to do: less proof is needed. */
const ACTION =
  /^(?:do|act|action|op|operation|cmd|command|func|function|fn|method|page|mod|module|view|task|controller|ctrl|route|r|rest_route|option|service|request|mode|step|tab|section|event|wc-ajax|m|c|a)$/i;

/** Responses by the value of one parameter. */
class Parameter {
  readonly isAction: boolean;
  readonly values = new Map<string, Tally>();
  readonly absent: Tally;
  /** Values that cannot be part of a name. */
  private readonly nameless = new Tally();

  constructor(name: string, absent: Tally) {
    this.isAction = ACTION.test(name);
    this.absent = absent;
  }

  /** False when there are too many values for a choice between actions. */
  add(value: string | null, seen: Seen): boolean {
    const tally =
      value === null ? this.nameless : entryOf(this.values, value, MAX_VALUES, () => new Tally());
    tally?.add(seen);
    return tally !== null;
  }

  /** Whether the value explains what the response looks like. */
  explains(): boolean {
    const { isAction, values, absent, nameless } = this;
    const groups = [...values.values(), absent, nameless].filter(({ count }) => count > 0);
    const minimum = isAction ? 3 : 8;
    const large = groups.filter(({ count }) => count >= minimum);
    const total = sum(groups);
    if (large.length < 2 || values.size === 0 || 2 * nameless.count > total) return false;
    if (sum(large) < (isAction ? 0.5 : 0.7) * total) return false;
    if (!isAction && total < 5 * groups.length) return false;
    return (
      Tally.differInLooks(large) ||
      Tally.differInSize(large, isAction) ||
      (isAction && Tally.differInTime(large))
    );
  }
}

/**
 * Learns whether the requests of one path are told apart by a parameter of their query: one of few values that
 * explains status, kind or size of the response.
 */
class Dispatch {
  /** The parameter that tells the requests apart; null while there is none. */
  chosen: string | null = null;
  private readonly all = new Tally();
  private readonly parameters = new Map<string, Parameter>();
  private readonly isBelow: boolean;
  private offered = 0;

  /** `isBelow`: another parameter tells the requests apart already, so only names of actions count. */
  constructor(isBelow: boolean) {
    this.isBelow = isBelow;
  }

  /** Too little was seen to lose anything. */
  get isFresh(): boolean {
    return this.chosen === null && this.offered < MIN_RESPONSES;
  }

  learn(given: ReadonlyMap<string, string>, seen: Seen): void {
    if (this.chosen !== null) return;
    if (++this.offered > MAX_EAGER && this.offered % SPARSE !== 0) return;
    for (const name of given.keys()) this.meet(name);
    for (const [name, parameter] of this.parameters) {
      const written = given.get(name);
      if (written === undefined) parameter.absent.add(seen);
      else if (!parameter.add(valueName(name, written), seen)) this.parameters.delete(name);
    }
    this.all.add(seen);
    const { count } = this.all;
    if (count >= MIN_RESPONSES && count % RESPONSES_PER_LOOK === 0) this.choose();
  }

  // Private

  private meet(name: string): void {
    if (this.parameters.has(name) || this.parameters.size >= MAX_PARAMETERS) return;
    if (!PRINTABLE.test(name)) return;
    const isCandidate = this.isBelow ? ACTION.test(name) : !NO_ACTION.test(name);
    if (isCandidate) this.parameters.set(name, new Parameter(name, this.all.clone()));
  }

  private choose(): void {
    const found = [...this.parameters].filter(([, parameter]) => parameter.explains());
    const [best] = found.find(([, { isAction }]) => isAction) ?? found[0] ?? [];
    if (best === undefined) return;
    this.chosen = best;
    this.parameters.clear();
  }
}

/** The parameters that tell the requests of each path apart, as far as they are known. */
export class Dispatches {
  private readonly names: KnownNames;
  private readonly byName = new Map<string, Dispatch>();

  constructor(names: KnownNames) {
    this.names = names;
  }

  /** The endpoint of a request to the path of this name. With `seen` it learns from the response. */
  follow(path: string, query: string, seen: Seen | null): string {
    if (query === '' && !this.byName.has(path)) return path;
    let name = path;
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      const parameter = this.byName.get(name)?.chosen ?? null;
      if (parameter === null) {
        if (seen !== null) this.learn(name, query, seen, depth > 0);
        return name;
      }
      const written = parameterOf(query, parameter);
      if (written === null) return name;
      const next = this.names.refined(name, parameter, valueName(parameter, written));
      if (next === name) return name;
      name = next;
    }
    return name;
  }

  // Private

  private learn(name: string, query: string, seen: Seen, isBelow: boolean): void {
    // A response from a cache, or none, has no size of its own.
    if (seen.status === 304 || seen.status === 0) return;
    const { byName } = this;
    if (byName.size >= MAX_LEARNING && !byName.has(name)) this.forgetFreshest();
    const dispatch = entryOf(byName, name, MAX_LEARNING, () => new Dispatch(isBelow));
    dispatch?.learn(parametersOf(query), seen);
  }

  /** Random paths must not keep the others from being learned. */
  private forgetFreshest(): void {
    for (const [name, dispatch] of this.byName) {
      if (!dispatch.isFresh) continue;
      this.byName.delete(name);
      return;
    }
  }
}

// Private

function sum(tallies: readonly Tally[]): number {
  return tallies.reduce((total, { count }) => total + count, 0);
}

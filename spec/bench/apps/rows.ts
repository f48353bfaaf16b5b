import { type App, type Fault, gallery, type Settings } from './gallery.ts';
import { type Result, tryRelease } from './run.ts';

/** One line of the table: the same build again, or one fault. */
export interface Row {
  readonly app: App;
  /** Null: the same build again. */
  readonly fault: Fault | null;
}

/** What became of one run. */
export interface Outcome {
  readonly kind:
    | 'promoted'
    /** Held with the rule named, and promoted with that rule. */
    | 'promoted by rule'
    | 'held without a rule'
    | 'held with the rule too'
    | 'rejected'
    /** A fault: rejected or held with a reason that names it, or named as never compared. */
    | 'rejected, named'
    | 'held, named'
    | 'never compared, named'
    | 'rejected, not named'
    | 'held, not named'
    /** The machine was too busy, or the program did not start. */
    | 'could not be run';
  readonly isRight: boolean;
  /** For people: what it was about. */
  readonly detail: string;
}

/** How many times a rule that is named is set, and the next one asked for. */
const MAX_RULES = 3;
const DETAIL_MAX = 600;
/** Then the copies themselves did not come to testing. */
const FEW_PAIRS = 200;

/** The rows of the table, those of one application or one kind of fault only where that is wanted. */
export function rowsOf(only: string, fault: string): readonly Row[] {
  return gallery
    .filter(({ name }) => only === '' || name.includes(only))
    .flatMap((app) => [{ app, fault: null }, ...app.faults.map((one) => ({ app, fault: one }))])
    .filter((row) => fault === '' || (row.fault?.fault ?? 'none') === fault);
}

export function nameOf({ app, fault }: Row): string {
  if (fault === null) return `${app.name}: same build`;
  const how = fault.neverCompared === undefined ? '' : ', not copied';
  return `${app.name}: ${fault.fault}${how}`;
}

export async function runRow({ app, fault }: Row, isHostBusy = false): Promise<Outcome> {
  const reported: Settings =
    isHostBusy && fault?.fault !== 'slow' ? { verdict_speed: 'report' } : {};
  const settings = { ...reported, ...fault?.settings };
  const named = fault?.named ?? null;
  const first = await tryRelease({ app, fault: fault?.fault ?? 'none', settings, named });
  if (fault !== null) return judgeFault(fault, first);
  if (first.outcome === 'promoted') return of('promoted', true, '');
  if (first.outcome === 'rejected') return of('rejected', false, first.reasons.join('; '));
  if (first.rule === null) return of('held without a rule', false, heldText(first));
  return followRules(app, { ...app.settings, ...settings }, first.rule);
}

/** Sets the rule that is named, and what is named then: each rule shows what else only running knows. */
async function followRules(app: App, before: Settings, rule: string): Promise<Outcome> {
  let [settings, named, last]: [Settings, string, Result | null] = [before, rule, null];
  for (let round = 0; round < MAX_RULES; round++) {
    settings = withRule(settings, named);
    last = await tryRelease({ app, fault: 'none', settings, named: null });
    const set = settings['mirror_rules'] ?? '';
    if (last.outcome === 'promoted') return of('promoted by rule', true, set);
    if (last.outcome === 'rejected') {
      return of('rejected', false, `with ${set}: ${last.reasons.join('; ')}`);
    }
    if (last.rule === null || set.includes(last.rule)) break;
    named = last.rule;
  }
  const text = last === null ? '' : heldText(last);
  return of('held with the rule too', false, `${settings['mirror_rules']}: ${text}`);
}

// Private

function judgeFault({ named, neverCompared }: Fault, result: Result): Outcome {
  const { outcome, reasons, why } = result;
  if (neverCompared !== undefined) {
    const text = /never compared:[^]*?(?:\n\n|$)/.exec(why)?.[0] ?? '';
    const isTold = neverCompared.test(text) || neverCompared.test(reasons.join('\n'));
    if (isTold) return of('never compared, named', true, text);
  }
  if (outcome === 'promoted') return of('promoted', false, reasons.join('; '));
  const found = reasons.find((line) => named.test(line));
  if (found !== undefined) return of(`${outcome}, named`, true, found);
  return of(`${outcome}, not named`, false, `${reasons.join('; ')} | ${heldText(result)}`);
}

function heldText({ reasons, missing, pairs, traffic }: Result): string {
  const copies = pairs < FEW_PAIRS ? ` (${traffic})` : '';
  return `${pairs} pairs${copies}; ${missing.join('; ')} | ${reasons.join('; ')}`;
}

function of(kind: Outcome['kind'], isRight: boolean, detail: string): Outcome {
  return { kind, isRight, detail: detail.replaceAll(/\s+/g, ' ').slice(0, DETAIL_MAX) };
}

function withRule(settings: Settings, rule: string): Settings {
  const rules = [settings['mirror_rules'], rule].filter((one) => one !== undefined);
  return { ...settings, mirror_rules: rules.join(', ') };
}

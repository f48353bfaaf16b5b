import type { IgnoredField } from '../../compare/noise/ignored.ts';
import type { DeclaredDifference } from '../../model/traffic-rules.ts';

/** A difference that the version is meant to have, and how often it was seen. */
export interface DeclaredView extends DeclaredDifference {
  /** In pairs, over all endpoints; null where that is not known, as for a path that stands for several places. */
  readonly times: number | null;
}

/** `.*`, `..name`: hits have the path of the very place. */
const PATTERN = /^\$.*(?:\.\*|\.\.)/;

/** What was declared, beside how often a rule hid a difference there. */
export function declaredViews(
  declared: readonly DeclaredDifference[],
  ignored: readonly IgnoredField[],
): readonly DeclaredView[] {
  return declared.map((one) => {
    const wanted = plain(one.path);
    const there = ignored.filter(({ reason, path }) => reason === 'rule' && plain(path) === wanted);
    const hits = there.filter(({ endpoint }) => isAt(one, endpoint));
    // At an endpoint that has another name here, or at several places.
    if (PATTERN.test(one.path) || (hits.length === 0 && there.length > 0)) {
      return { ...one, times: null };
    }
    return { ...one, times: hits.reduce((sum, hit) => sum + hit.times, 0) };
  });
}

/** The reason of the declaration by which a difference is ignored; null: a setting has it ignored. */
export function declaredReason(
  declared: readonly DeclaredDifference[] | undefined,
  { reason, path, endpoint }: Pick<IgnoredField, 'reason' | 'path' | 'endpoint'>,
): string | null {
  if (reason !== 'rule' || declared === undefined) return null;
  const found = declared.find((one) => plain(one.path) === plain(path) && isAt(one, endpoint));
  return found?.reason ?? null;
}

// Private

/** As differences write it: `header:Server` is `server` there, a place in quotes has none. */
function plain(path: string): string {
  if (path.startsWith('header:')) return path.slice('header:'.length).toLowerCase();
  return path.replace(/^"(.*)"$/, '$1').replaceAll('[*]', '[]');
}

/** By the name of the endpoint as reports have it. */
function isAt(one: DeclaredDifference, endpoint: string): boolean {
  if (one.endpoint === null || one.endpoint === endpoint) return true;
  return !/^[A-Z]+ /i.test(one.endpoint) && endpoint.endsWith(` ${one.endpoint}`);
}

import { headerValues } from '../model/headers.ts';
import { NOWHERE, placed, type Site } from './address/site.ts';
import { compareUrlHeaders, type HeaderSide } from './address/url-headers.ts';
import { brief, MASKED } from './json/parse.ts';
import type { Difference } from './outcome.ts';

/** Headers that differ between any two responses; only their presence is worth comparing. */
const VOLATILE = new Set([
  'age',
  'content-length',
  'date',
  'etag',
  'expires',
  'last-modified',
  'set-cookie',
  'x-request-id',
  'x-response-time',
  'x-runtime',
]);

/** What may be shown of a header. */
export interface ShownHeaders {
  readonly isMasked: (name: string) => boolean;
  readonly maskText: (text: string) => string;
}

const SHOW_ALL: ShownHeaders = { isMasked: () => false, maskText: (text) => text };

/**
 * Differences in the named headers (lower case): values in order, volatile headers by presence. Headers
 * that lead users elsewhere than running's count as another type, named or not.
 */
export function compareHeaders(
  names: readonly string[],
  running: HeaderSide,
  testing: HeaderSide,
  site: Site = NOWHERE,
  shown: ShownHeaders = SHOW_ALL,
): Difference[] {
  const show = (name: string, text: string) =>
    shown.isMasked(name) ? MASKED : brief(shown.maskText(text));
  const differences = compareUrlHeaders(site, running, testing, show);
  const told = new Set(differences.map(({ path }) => path));
  for (const name of names) {
    if (told.has(name)) continue;
    const ours = headerValues(running.headers, name);
    const theirs = headerValues(testing.headers, name);
    if (ours.length === 0 && theirs.length === 0) continue;
    if (VOLATILE.has(name) && ours.length > 0 && theirs.length > 0) continue;
    const [before, after] = [normalized(name, ours), normalized(name, theirs)];
    if (before === after || placed(site, before) === placed(site, after)) continue;
    differences.push({
      kind: 'header',
      path: name,
      ...(ours.length > 0 && { running: show(name, ours.join(', ')) }),
      ...(theirs.length > 0 && { testing: show(name, theirs.join(', ')) }),
    });
  }
  return differences;
}

// Private

/** Spaces around commas and semicolons are insignificant, and so is the case of a media type. */
function normalized(name: string, values: readonly string[]): string {
  // A pattern for the spaces would backtrack for seconds over 60,000 of them in a row.
  const text = values
    .join(',')
    .split(/([,;])/)
    .map((part) => part.trim())
    .join('');
  return name === 'content-type' ? text.toLowerCase() : text;
}

import { type FlatHeaders, headerValues } from '../model/headers.ts';
import { brief, MASKED } from './json/parse.ts';
import type { Difference } from './outcome.ts';

/** They differ between any two answers; whether one is there at all may still be of interest. */
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

/** Differences in the named headers (lower case): values in order, volatile ones by presence. */
export function compareHeaders(
  names: readonly string[],
  running: FlatHeaders,
  testing: FlatHeaders,
  isMasked: (name: string) => boolean = () => false,
): Difference[] {
  const differences: Difference[] = [];
  for (const name of names) {
    const ours = headerValues(running, name);
    const theirs = headerValues(testing, name);
    if (ours.length === 0 && theirs.length === 0) continue;
    if (VOLATILE.has(name) && ours.length > 0 && theirs.length > 0) continue;
    if (normalized(name, ours) === normalized(name, theirs)) continue;
    const show = (values: readonly string[]) =>
      isMasked(name) ? MASKED : brief(values.join(', '));
    differences.push({
      kind: 'header',
      path: name,
      ...(ours.length > 0 && { running: show(ours) }),
      ...(theirs.length > 0 && { testing: show(theirs) }),
    });
  }
  return differences;
}

// Private

/** Spaces around commas and semicolons mean nothing, nor does the case of a media type. */
function normalized(name: string, values: readonly string[]): string {
  // No expression for the spaces: looking for the end of each of 60,000 in a row takes seconds.
  const text = values
    .join(',')
    .split(/([,;])/)
    .map((part) => part.trim())
    .join('');
  return name === 'content-type' ? text.toLowerCase() : text;
}

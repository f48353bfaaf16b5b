import { type FlatHeaders, headerValues } from '../model/headers.ts';
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

/** Differences in the named headers (lower case): values in order, volatile headers by presence. */
export function compareHeaders(
  names: readonly string[],
  running: FlatHeaders,
  testing: FlatHeaders,
  isMasked: (name: string) => boolean = () => false,
  maskText: (text: string) => string = (text) => text,
): Difference[] {
  const differences: Difference[] = [];
  for (const name of names) {
    const ours = headerValues(running, name);
    const theirs = headerValues(testing, name);
    if (ours.length === 0 && theirs.length === 0) continue;
    if (VOLATILE.has(name) && ours.length > 0 && theirs.length > 0) continue;
    if (normalized(name, ours) === normalized(name, theirs)) continue;
    const show = (values: readonly string[]) =>
      isMasked(name) ? MASKED : brief(maskText(values.join(', ')));
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

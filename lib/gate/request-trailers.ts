import type { HeadRules } from './request-fields.ts';

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/**
 * What must be known before the body: where the message ends, where it goes, who sends it, and what
 * ends at this hop (RFC 9110 section 6.5.1).
 */
const NOT_IN_TRAILERS =
  /^(?:host|content-(?:length|encoding|type|range)|transfer-encoding|connection|keep-alive|proxy-.*|te|trailer|upgrade|expect|max-forwards|authorization|cookie|forwarded|x-forwarded-.*|x-request-id|http2-settings)$/i;

/** The names that `Trailer` announces and that may come behind a body. */
export function announcedTrailers(
  announced: string,
  { markHeader, tokenHeader }: HeadRules,
): string[] {
  if (announced === '') return [];
  return announced
    .split(',')
    .map((name) => name.trim())
    .filter((name) => TOKEN.test(name) && !NOT_IN_TRAILERS.test(name))
    .filter((name) => ![markHeader, tokenHeader].includes(name.toLowerCase()));
}

/** Of the trailers that came (flat), those that were announced, as they came. */
export function trailersToSend(
  raw: readonly string[],
  names: readonly string[],
): [string, string][] {
  const announced = new Set(names.map((name) => name.toLowerCase()));
  const trailers: [string, string][] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    if (announced.has(name.toLowerCase())) trailers.push([name, raw[index + 1] ?? '']);
  }
  return trailers;
}

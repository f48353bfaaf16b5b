import type { Site } from '../../lib/compare/address/site.ts';
import { comparePair, PLAIN, type ResponseContent } from '../../lib/compare/pair.ts';
import type { CompareSettings } from '../../lib/compare/settings.ts';
import { DEFAULT_COMPARE_SETTINGS } from './default-settings.ts';

/** A response of this type; '' for none. */
export function typed(
  type: string,
  body: string | Buffer,
  change: Partial<ResponseContent> = {},
): ResponseContent {
  const bytes = Buffer.from(body as string);
  const headers = type === '' ? [] : ['Content-Type', type];
  return { status: 200, headers, bytes, length: bytes.length, digest: null, cut: false, ...change };
}

/** What is found between two responses, whose headers are compared only where they lead somewhere. */
export function foundBetween(
  running: ResponseContent,
  testing: ResponseContent,
  change: Partial<CompareSettings> = {},
  site?: Site,
) {
  const settings = { ...DEFAULT_COMPARE_SETTINGS, headers: [], ...change };
  return comparePair(settings, 'GET', running, testing, { ...PLAIN, ...(site && { site }) });
}

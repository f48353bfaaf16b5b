import type { ProxySettings } from '../settings.ts';
import { TOKEN_SUFFIX } from './hop-by-hop.ts';
import { createRequestIds } from './request-head.ts';
import type { HeadRules } from './request-headers.ts';

/** The rules for request heads that follow from the settings. */
export function headRulesOf({ header, mirror, tls }: ProxySettings): HeadRules {
  return {
    maxCount: header.maxCount,
    markHeader: mirror.header.toLowerCase(),
    tokenHeader: `${mirror.header}${TOKEN_SUFFIX}`.toLowerCase(),
    token: mirror.token,
    scheme: tls === null ? 'http' : 'https',
    nextRequestId: createRequestIds(),
  };
}

import { STATUS_CODES } from 'node:http';
import { isSafeMethod } from '../../model/exchange.ts';
import { pairsOf } from '../../model/headers.ts';
import type { Page } from '../downstream/error-pages.ts';
import { HeaderBlock } from '../http/headers.ts';
import type { ResponseHead } from '../http/response-headers.ts';
import type { UpstreamPool } from '../upstream/pool.ts';
import type { PreviewSettings } from './rules.ts';

/** No cache between here and the person may keep what the version under test says, nor show it to others. */
const UNSTORED = 'private, no-store';
const ABOUT_STORING =
  /^(?:cache-control|expires|pragma|age|surrogate-control|(?:[a-z0-9]+-)*cdn-cache-control)$/i;
const ALLOWED = 'GET, HEAD, OPTIONS';

const TEXTS: Readonly<Record<number, string>> = {
  502: 'The version under test did not respond, or not in HTTP.',
  503: 'The version under test has no place for this request now, or was stopped.',
  504: 'The version under test did not respond in time.',
};

/** What became of the requests with the token, since the start. */
export interface PreviewCounts {
  /** Responses of the version under test. */
  readonly served: number;
  /** Not let through: no version under test, not a safe method, too many at once. */
  readonly refused: number;
  /** Let through, without a whole response. */
  readonly failed: number;
}

/** The door to the version under test, for those who have the token. */
export class Previews {
  /** Null while no version is under test. */
  pool: UpstreamPool | null = null;
  private readonly settings: PreviewSettings;
  private readonly counts = { served: 0, refused: 0, failed: 0 };
  private inside = 0;

  constructor(settings: PreviewSettings) {
    this.settings = settings;
  }

  /** Lets a request in until `leave`, or says why not. */
  enter(method: string, isUpgrade: boolean): UpstreamPool | Page {
    const result = this.admit(method, isUpgrade);
    if ('status' in result) this.counts.refused++;
    else this.inside++;
    return result;
  }

  leave(): void {
    this.inside--;
  }

  served(): void {
    this.counts.served++;
  }

  failed(): void {
    this.counts.failed++;
  }

  snapshot(): PreviewCounts {
    return { ...this.counts };
  }

  /** In place of a response of the version under test. */
  page(status: number): Page {
    return told(status, TEXTS[status] ?? STATUS_CODES[status] ?? 'Error');
  }

  // Private

  private admit(method: string, isUpgrade: boolean): UpstreamPool | Page {
    const { pool, inside } = this;
    const { unsafe, maxRequests } = this.settings;
    if (pool === null) {
      const text = 'No version is under test now. Without the token you get the running version.';
      return told(503, text);
    }
    if (isUpgrade && !unsafe) {
      return told(403, 'A preview has no upgrades, such as WebSocket, without preview.unsafe.');
    }
    if (!unsafe && !isSafeMethod(method)) {
      return told(405, `A preview is for ${ALLOWED} only, without preview.unsafe.`, ALLOWED);
    }
    if (inside < maxRequests) return pool;
    return told(429, `There are ${maxRequests} previews at once already (preview.max_requests).`);
  }
}

/** The same response, for nobody but who asked. */
export function unstored(head: ResponseHead): ResponseHead {
  const kept = pairsOf(head.fields.flat).filter(([name]) => !ABOUT_STORING.test(name));
  const fields = new HeaderBlock([...kept.flat(), 'Cache-Control', UNSTORED]);
  return { ...head, fields };
}

// Private

function told(status: number, text: string, allowed = ''): Page {
  const body = `${text}\n`;
  const headers = ['Content-Type', 'text/plain; charset=utf-8'];
  headers.push('Content-Length', String(body.length), 'Cache-Control', UNSTORED);
  if (status === 503 || status === 429) headers.push('Retry-After', '1');
  if (allowed !== '') headers.push('Allow', allowed);
  const reason = STATUS_CODES[status] ?? 'Error';
  return { status, reason, fields: new HeaderBlock(headers), body };
}

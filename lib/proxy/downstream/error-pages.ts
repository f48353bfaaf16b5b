import { STATUS_CODES } from 'node:http';
import { HeaderBlock } from '../http/headers.ts';

const HTML = 'text/html; charset=utf-8';
const TEXT = 'text/plain; charset=utf-8';
const RETRY_AFTER_S = '1';
const ALLOWED = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE';
const DEFAULT_PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{status} {reason}</title></head>
<body><h1>{status} {reason}</h1><p>Please try again in a moment.</p></body></html>
`;

/** One of the proxy's own responses. It never says why: clients learn nothing about what runs here. */
export interface Page {
  readonly status: number;
  readonly reason: string;
  /** Including `Content-Length`. */
  readonly fields: HeaderBlock;
  readonly body: string;
}

/** Makes the proxy's own responses; 5xx use the configured page. */
export class ErrorPages {
  private readonly html: string;
  private readonly cache = new Map<number, Page>();

  constructor(errorPage: string) {
    this.html = errorPage === '' ? DEFAULT_PAGE : errorPage;
  }

  page(status: number): Page {
    const cached = this.cache.get(status);
    if (cached !== undefined) return cached;
    const page = this.make(status);
    this.cache.set(status, page);
    return page;
  }

  // Private

  private make(status: number): Page {
    const reason = STATUS_CODES[status] ?? 'Error';
    const isHtml = status >= 500;
    const text = isHtml
      ? this.html.replaceAll('{status}', String(status)).replaceAll('{reason}', reason)
      : `${status} ${reason}\n`;
    const length = String(Buffer.byteLength(text));
    const headers = ['Content-Type', isHtml ? HTML : TEXT, 'Content-Length', length];
    headers.push('Cache-Control', 'no-store');
    if (status === 503) headers.push('Retry-After', RETRY_AFTER_S);
    if (status === 405) headers.push('Allow', ALLOWED);
    // The body is written as Latin-1 together with the head, so UTF-8 is encoded here.
    const body = Buffer.from(text, 'utf8').toString('latin1');
    return { status, reason, fields: new HeaderBlock(headers), body };
  }
}

/** A page as raw bytes, for a connection that node's HTTP server no longer serves. */
export function rawPage(page: Page): Buffer {
  const head = `HTTP/1.1 ${page.status} ${page.reason}\r\n${page.fields.lines}`;
  return Buffer.from(`${head}Connection: close\r\n\r\n${page.body}`, 'latin1');
}

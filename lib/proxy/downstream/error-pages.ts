import { STATUS_CODES } from 'node:http';
import { HeaderBlock } from '../http/headers.ts';

const HTML = 'text/html; charset=utf-8';
const TEXT = 'text/plain; charset=utf-8';
const RETRY_AFTER_S = '1';
const PLAIN_PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{status} {reason}</title></head>
<body><h1>{status} {reason}</h1><p>Please try again in a moment.</p></body></html>
`;

/** An answer the gate gives by itself. It never says why: what is behind is nobody's business. */
export interface Page {
  readonly status: number;
  readonly reason: string;
  /** `Content-Length` included. */
  readonly fields: HeaderBlock;
  readonly body: string;
}

/** Makes the gate's own answers; 5xx use the configured page. */
export class ErrorPages {
  private readonly html: string;
  private readonly made = new Map<number, Page>();

  constructor(errorPage: string) {
    this.html = errorPage === '' ? PLAIN_PAGE : errorPage;
  }

  page(status: number): Page {
    const known = this.made.get(status);
    if (known !== undefined) return known;
    const page = this.make(status);
    this.made.set(status, page);
    return page;
  }

  // Private

  private make(status: number): Page {
    const reason = STATUS_CODES[status] ?? 'Error';
    const text =
      status >= 500
        ? this.html.replaceAll('{status}', String(status)).replaceAll('{reason}', reason)
        : `${status} ${reason}\n`;
    const headers = [
      'Content-Type',
      status >= 500 ? HTML : TEXT,
      'Content-Length',
      String(Buffer.byteLength(text)),
      'Cache-Control',
      'no-store',
    ];
    if (status === 503) headers.push('Retry-After', RETRY_AFTER_S);
    if (status === 405)
      headers.push('Allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE');
    // Written as Latin-1 together with the head, so it is turned into bytes of that kind here.
    const body = Buffer.from(text, 'utf8').toString('latin1');
    return { status, reason, fields: new HeaderBlock(headers), body };
  }
}

/** A page as raw bytes for a connection that node's HTTP server no longer serves. */
export function rawPage(page: Page): Buffer {
  const head = `HTTP/1.1 ${page.status} ${page.reason}\r\n${page.fields.lines}`;
  return Buffer.from(`${head}Connection: close\r\n\r\n${page.body}`, 'latin1');
}

import type { MaskSettings } from '../../compare/mask/mask.ts';
import type { CopySpan } from '../../model/span/copy.ts';
import type { SpannedRequest } from '../../model/span/request.ts';
import type { ExchangeSpan } from '../../model/span/span.ts';

const TRACES_PATH = '/v1/traces';

/** When spans are sent, and how long that may take. Times in ms. */
export interface ExportLimits {
  /** Spans of one request to the collector. */
  readonly batch: number;
  /** A batch that does not fill up goes after this time; and so long it waits after one that was not taken. */
  readonly intervalMs: number;
  /** For one batch, with whatever is tried again. */
  readonly exportMs: number;
}

/** Bounds of the export. Times in ms. */
export const SPAN_LIMITS = {
  /** Spans on their way to the collector, from when they are handed over; further ones are dropped. */
  queue: 4096,
  batch: 512,
  intervalMs: 1000,
  exportMs: 10_000,
  /** For what is left when Vili ends. */
  endMs: 3000,
  /** Characters of a path. */
  path: 2048,
} as const satisfies ExportLimits & Readonly<Record<string, number>>;

/** What the thread is started with. */
export interface SpanSettings {
  /** Where OTLP over HTTP is taken, with its path. */
  readonly url: string;
  readonly identifier: string;
  readonly viliVersion: string;
  readonly mask: MaskSettings;
  readonly limits: ExportLimits;
}

/** A user's request that was responded to, or not. */
export interface ServedExchange extends SpannedRequest {
  readonly span: ExchangeSpan;
}

export interface SpanBatch {
  readonly exchanges: readonly ServedExchange[];
  readonly copies: readonly CopySpan[];
}

/** To the thread. After `end` it exports what it has and responds with `ended`. */
export type ToExporter =
  | { readonly type: 'spans'; readonly batch: SpanBatch }
  | { readonly type: 'end' };

/** From the thread. `problem`: why the spans of a batch were not taken; null: they were. */
export type FromExporter =
  | { readonly type: 'settled'; readonly count: number; readonly problem: string | null }
  | { readonly type: 'ended' };

/** The address for spans: a path that does not end so is that of the collector, as OTLP has it. */
export function tracesUrl(endpoint: string): string {
  const url = new URL(endpoint);
  const { pathname } = url;
  if (pathname.endsWith(TRACES_PATH)) return url.href;
  url.pathname = `${pathname.endsWith('/') ? pathname.slice(0, -1) : pathname}${TRACES_PATH}`;
  return url.href;
}

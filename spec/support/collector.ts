import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a collector does with a request. `hang` never responds, `drip` never ends to, `flood` sends without end. */
export type CollectorMode = 'take' | 'refuse' | 'hang' | 'drip' | 'flood';

export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startMs: number;
  readonly ms: number;
  readonly isError: boolean;
  readonly attributes: Readonly<Record<string, string | number>>;
}

/** A collector of traces that takes OTLP/JSON over HTTP. */
export interface Collector {
  readonly url: string;
  mode: CollectorMode;
  readonly spans: CollectedSpan[];
  /** Of each request, with the attributes of what sent it. */
  readonly requests: {
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
    readonly resource: CollectedSpan['attributes'];
  }[];
  /** Requests that came, whatever became of them. */
  asked: number;
  /** Bytes sent to those who asked. */
  flooded: number;
}

interface Value {
  readonly stringValue?: string;
  readonly intValue?: number | string;
}
interface KeyValue {
  readonly key: string;
  readonly value: Value;
}
interface OtlpSpan extends Omit<CollectedSpan, 'attributes'> {
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code?: number };
  readonly attributes: readonly KeyValue[];
}
interface OtlpTraces {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly KeyValue[] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

const NS_PER_MS = 1e6;
const DRIP_MS = 20;
const CHUNK = Buffer.alloc(65_536, 'x');

export async function withCollector(use: (collector: Collector) => Promise<void>): Promise<void> {
  const timers = new Set<NodeJS.Timeout>();
  const server = createServer((request, response) => {
    let body = '';
    collector.asked++;
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { url: path = '', headers } = request;
      if (collector.mode === 'take') take(collector, path, headers, body);
      respond(collector, response, timers);
    });
  });
  const collector: Collector = {
    url: await listening(server),
    mode: 'take',
    spans: [],
    requests: [],
    asked: 0,
    flooded: 0,
  };
  try {
    await use(collector);
  } finally {
    for (const timer of timers) clearInterval(timer);
    server.closeAllConnections();
    server.close();
  }
}

// Private

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function take(
  { spans, requests }: Collector,
  path: string,
  headers: IncomingHttpHeaders,
  body: string,
): void {
  for (const { resource, scopeSpans } of (JSON.parse(body) as OtlpTraces).resourceSpans) {
    requests.push({ path, headers, resource: valuesOf(resource.attributes) });
    spans.push(...scopeSpans.flatMap((scope) => scope.spans.map(spanOf)));
  }
}

function spanOf(span: OtlpSpan): CollectedSpan {
  const { traceId, spanId, parentSpanId, name, kind, status } = span;
  const startMs = Number(span.startTimeUnixNano) / NS_PER_MS;
  return {
    traceId,
    spanId,
    name,
    kind,
    startMs,
    ...(parentSpanId !== undefined && { parentSpanId }),
    ms: Number(span.endTimeUnixNano) / NS_PER_MS - startMs,
    isError: status.code === 2,
    attributes: valuesOf(span.attributes),
  };
}

function valuesOf(attributes: readonly KeyValue[]): CollectedSpan['attributes'] {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)]),
  );
}

function respond(
  collector: Collector,
  response: ServerResponse,
  timers: Set<NodeJS.Timeout>,
): void {
  switch (collector.mode) {
    case 'take':
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      return;
    case 'refuse':
      response.writeHead(400, 'No\tthanks').end();
      return;
    case 'drip':
      timers.add(setInterval(() => response.write('x'), DRIP_MS));
      return;
    case 'flood':
      flood(collector, response);
      return;
    case 'hang':
  }
}

function flood(collector: Collector, response: ServerResponse): void {
  const more = (): void => {
    if (response.destroyed) return;
    collector.flooded += CHUNK.length;
    response.write(CHUNK, () => setImmediate(more));
  };
  more();
}

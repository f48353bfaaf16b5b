import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createRequire } from 'node:module';
import { hostname } from 'node:os';
import type * as Api from '@opentelemetry/api';
import type * as Exporter from '@opentelemetry/exporter-trace-otlp-http';
import type * as Resources from '@opentelemetry/resources';
import type * as Sdk from '@opentelemetry/sdk-trace-base';
import { wallTimeOf } from '../../runtime/clock.ts';
import type { SpanData } from './attributes.ts';
import { SPAN_PACKAGES } from './packages.ts';
import type { SpanSettings } from './protocol.ts';

const [SDK, EXPORTER] = SPAN_PACKAGES;
const MS_PER_SECOND = 1000;
const NS_PER_MS = 1e6;
const NS_PER_SECOND = 1e9;

/** `ExportResultCode.SUCCESS`; its package is one of those that the exporter brings along. */
const TAKEN = 0;

/**
 * The SDK of OpenTelemetry: makes its spans, and sends them as OTLP/JSON. The ids are those that the requests had. Headers for
 * the collector come from the environment (`OTEL_EXPORTER_OTLP_HEADERS`).
 * @throws Error where its packages are missing; see `requireSpanPackages`.
 */
export class SpanSdk {
  readonly #api: typeof Api;
  readonly #tracer: Api.Tracer;
  readonly #exporter: Exporter.OTLPTraceExporter;
  readonly #agent: HttpAgent;
  /** Of the span that is being made. */
  #ids: SpanData['ids'] = { traceId: '', spanId: '', parentId: '' };
  #made: Sdk.ReadableSpan | null = null;

  constructor({ url, identifier, viliVersion, limits }: SpanSettings) {
    const require = createRequire(import.meta.url);
    const sdk = require(SDK) as typeof Sdk;
    const { OTLPTraceExporter } = require(EXPORTER) as typeof Exporter;
    // What the SDK itself uses; beside Vili there may be another release of it.
    const besideSdk = createRequire(require.resolve(SDK));
    this.#api = besideSdk('@opentelemetry/api') as typeof Api;
    const { resourceFromAttributes } = besideSdk('@opentelemetry/resources') as typeof Resources;
    const isSecure = new URL(url).protocol === 'https:';
    const agent = new (isSecure ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 1 });
    this.#agent = agent;
    this.#exporter = new OTLPTraceExporter({
      url,
      timeoutMillis: limits.exportMs,
      httpAgentOptions: () => agent,
    });
    const provider = new sdk.BasicTracerProvider({
      // Which requests have a span was decided when they came.
      sampler: new sdk.AlwaysOnSampler(),
      idGenerator: {
        generateTraceId: () => this.#ids.traceId,
        generateSpanId: () => this.#ids.spanId,
      },
      resource: resourceFromAttributes({
        'service.name': 'vili',
        'service.namespace': identifier,
        'service.version': viliVersion,
        'host.name': hostname(),
      }),
      spanProcessors: [
        {
          onStart: () => {},
          onEnd: (span) => {
            this.#made = span;
          },
          forceFlush: () => Promise.resolve(),
          shutdown: () => Promise.resolve(),
        },
      ],
    });
    this.#tracer = provider.getTracer('vili', viliVersion);
  }

  /** The span as the SDK has it; null for one that it does not record. */
  span({ ids, name, kind, atMs, ms, isError, attributes }: SpanData): Sdk.ReadableSpan | null {
    const { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } = this.#api;
    const { traceId, parentId } = ids;
    const isRemote = kind === 'server';
    const parent = { traceId, spanId: parentId, traceFlags: TraceFlags.SAMPLED, isRemote };
    const context = parentId === '' ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
    const startMs = wallTimeOf(atMs);
    this.#ids = ids;
    this.#made = null;
    const span = this.#tracer.startSpan(
      name,
      {
        kind: kind === 'server' ? SpanKind.SERVER : SpanKind.CLIENT,
        startTime: hrTime(startMs),
        attributes: { ...attributes },
      },
      context,
    );
    if (isError) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(hrTime(startMs + ms));
    return this.#made;
  }

  /** Rejects with why the collector did not take them. */
  send(spans: readonly Sdk.ReadableSpan[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#exporter.export([...spans], ({ code, error }) => {
        const result: number = code;
        if (result === TAKEN) resolve();
        else reject(error ?? new Error('the collector did not take them'));
      });
    });
  }

  /** Ends the request under way, and the connection. */
  cut(): void {
    this.#agent.destroy();
  }
}

// Private

/** Seconds and nanoseconds: a number alone would be a time since the start of the thread, if it is small enough. */
function hrTime(ms: number): [number, number] {
  const seconds = Math.floor(ms / MS_PER_SECOND);
  const nanoseconds = Math.round((ms - seconds * MS_PER_SECOND) * NS_PER_MS);
  return nanoseconds < NS_PER_SECOND ? [seconds, nanoseconds] : [seconds + 1, 0];
}

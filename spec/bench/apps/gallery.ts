import * as journeys from './journeys.ts';
import type { Journey } from './visitor.ts';

/** What a release does wrong; `none` is the same build again. */
export const FAULTS = ['500', 'blank', 'field', 'value', 'slow', 'refuse', 'leak', 'log'] as const;
export type FaultName = (typeof FAULTS)[number];

/** One fault, at an application that it fits. */
export interface Fault {
  readonly fault: FaultName;
  /** What a reason must say, its code and its endpoint in front, for people to find the fault. */
  readonly named: RegExp;
  /** Beside those of the application. */
  readonly settings?: Settings;
  /** It cannot be seen with these settings: then what was never compared must be named. */
  readonly neverCompared?: RegExp;
}

export type Settings = Readonly<Record<string, string>>;

export interface App {
  /** The file in `spec/fixtures/apps`, without its extension. */
  readonly name: string;
  readonly journey: Journey;
  readonly settings?: Settings;
  readonly faults: readonly Fault[];
}

const LOG_IN: Settings = { mirror_rules: 'POST /login on' };

/** Small applications as there are many, each with what makes it hard to judge. */
export const gallery: readonly App[] = [
  {
    name: 'cookie-sessions',
    journey: journeys.cookieSessions,
    faults: [
      { fault: '500', named: /^errors GET \/items\b/ },
      { fault: 'refuse', settings: LOG_IN, named: /POST \/login/ },
      { fault: 'refuse', named: /POST \/login/, neverCompared: /POST \/login/ },
    ],
  },
  {
    name: 'bearer-tokens',
    journey: journeys.bearerTokens,
    faults: [{ fault: 'value', named: /\$\.price/ }],
  },
  {
    name: 'cart',
    journey: journeys.cart,
    faults: [
      { fault: 'leak', named: /^memory-growth /, settings: { verdict_min_time: '20s' } },
      { fault: 'value', named: /GET \/products\/\{id\}|GET \/products/ },
    ],
  },
  {
    name: 'shared-store',
    journey: journeys.sharedStore,
    faults: [{ fault: 'refuse', settings: LOG_IN, named: /POST \/login/ }],
  },
  {
    name: 'delete-after-get',
    journey: journeys.deleteAfterGet,
    faults: [{ fault: 'log', named: /cannot refresh the index/ }],
  },
  {
    name: 'one-time-link',
    journey: journeys.oneTimeLink,
    faults: [{ fault: '500', named: /^errors GET \/help\b/ }],
  },
  {
    name: 'html-csrf',
    journey: journeys.htmlCsrf,
    faults: [
      { fault: 'blank', named: /GET \/(?: |$|:)/ },
      { fault: 'field', named: /email/ },
    ],
  },
  {
    name: 'query-pages',
    journey: journeys.queryPages,
    faults: [
      { fault: 'blank', named: /do=index/ },
      { fault: 'field', named: /summary/ },
      { fault: 'slow', named: /^(?:latency|slow) \S+ \S*do=search/ },
    ],
  },
  {
    name: 'webdav',
    journey: journeys.webdav,
    settings: { mirror_methods: 'GET,HEAD,OPTIONS,PROPFIND' },
    faults: [{ fault: '500', named: /^errors PROPFIND/ }],
  },
  {
    name: 'graphql',
    journey: journeys.graphql,
    settings: { mirror_rules: 'POST /graphql on' },
    faults: [
      { fault: 'slow', named: /^(?:latency|slow) .*Search/ },
      { fault: 'field', named: /pages/ },
    ],
  },
  {
    name: 'grpc-web',
    journey: journeys.grpcWeb,
    settings: { mirror_rules: 'POST /shop.Items/{method} on' },
    faults: [{ fault: '500', named: /shop\.Items\/Get/ }],
  },
  {
    name: 'xml-api',
    journey: journeys.xmlApi,
    faults: [
      { fault: '500', named: /^errors GET \/orders\b/ },
      { fault: 'value', named: /total/ },
    ],
  },
  {
    name: 'static-etags',
    journey: journeys.staticEtags,
    faults: [
      { fault: 'leak', named: /^memory-growth /, settings: { verdict_min_time: '20s' } },
      { fault: 'blank', named: /\/app\.js/ },
    ],
  },
  {
    name: 'json-logs',
    journey: journeys.jsonLogs,
    faults: [{ fault: 'log', named: /cache of forecasts/ }],
  },
];

import { ViliError } from '../../errors.ts';
import { LOG_LEVELS, type LinesWanted } from '../../model/logs/shown-line.ts';
import { DEFAULT_CAPTURE_MS, MAX_CAPTURE_MS, MAX_CAPTURED } from '../../model/trace/capture.ts';
import { BULK_TYPES, type TraceFilter } from '../../model/trace-record.ts';
import type { EventGap, EventView } from '../views/event-view.ts';
import { differencesOf } from '../views/evidence-view.ts';
import { sampleView } from '../views/samples-view.ts';
import { ACT_ROUTES } from './act-routes.ts';
import { EVIDENCE_ACT_ROUTES } from './page-act-routes.ts';
import { EVIDENCE_ROUTES } from './evidence-routes.ts';
import { FLEET_ROUTES } from './fleet/routes.ts';
import { followEvents } from './follow-events.ts';
import { followTrace } from './follow-trace.ts';
import { METRICS_ROUTES } from './metrics-routes.ts';
import { onceOpenApi } from './openapi.ts';
import {
  anyText,
  count,
  eventId,
  moment,
  oneOf,
  type RequestOf,
  requiredOneOf,
  requiredText,
  text,
} from './parameters.ts';
import { json, type Route, stream } from './route.ts';

const DEFAULT_HISTORY = 100;
const MAX_HISTORY = 10_000;
const DEFAULT_TRACE = 200;
const MAX_TRACE = 100_000;
const DEFAULT_LINES = 100;
const MAX_LINES = 2000;

const VERSION = text('name or number of a version; default: under test, else decided last');

const TRACE = {
  actor: anyText('only messages to or from the actor at this path and those below it'),
  id: anyText('only messages with this correlation id'),
  all: anyText('`1`: batches and clock ticks, too, which only `actor` and `id` show otherwise'),
  limit: count(`the newest records; default ${DEFAULT_TRACE}, with \`id\` all`, MAX_TRACE),
};

const LOGS = {
  of: requiredOneOf('whose log', ['running', 'testing', 'vili']),
  level: oneOf('the least severe level', LOG_LEVELS),
  since: moment('only lines since then, ISO 8601'),
  requestId: text('only lines of this request'),
  limit: count(`the newest lines; default ${DEFAULT_LINES}`, MAX_LINES),
};

/**
 * The control API. Server, client and `docs/api.md` follow from these declarations: the key is the
 * name of the client's function.
 */
export const ROUTES = {
  status: json({
    method: 'GET',
    path: '/v1/status',
    isOpen: true,
    request: {},
    doc: '[`vili.status/1`](cli.md#vili-status---json)',
    respond: (handlers) => handlers.status(),
  }),
  verdict: json({
    method: 'GET',
    path: '/v1/verdict',
    isOpen: true,
    request: {},
    doc: 'the verdict on the version under test, or `null`; also for [Argo Rollouts and Flagger](kubernetes.md)',
    respond: (handlers) => handlers.verdict(),
  }),
  report: json({
    method: 'GET',
    path: '/v1/report',
    request: { version: VERSION },
    doc: 'the report (`vili.report/1`) of the test under way, or of a version that had one; `null` when nothing is known',
    respond: (handlers, { version }) => handlers.report(version),
  }),
  differences: json({
    method: 'GET',
    path: '/v1/differences',
    request: {
      version: VERSION,
      endpoint: anyText('only endpoints with this text in their name'),
      path: anyText('only fields with this text in their path'),
    },
    doc: 'where the responses differ, by endpoint and field (`vili.differences/1`), or `null`',
    async respond(handlers, { version, ...query }) {
      const report = await handlers.report(version);
      return report === null ? null : differencesOf(report, query);
    },
  }),
  sample: json({
    method: 'GET',
    path: '/v1/differences',
    request: { sample: requiredText('id of a sample'), version: VERSION },
    selectedBy: 'sample',
    doc: 'that pair (`vili.sample/1`), with what of its endpoint is ignored and why; 404 when there is none',
    async respond(handlers, { sample: id, version }) {
      const { samples, version: of } = await handlers.samples(version);
      const sample = samples.find((one) => one.id === id);
      if (sample !== undefined) return sampleView(sample, await handlers.report(of));
      throw new ViliError('VILI_NO_SAMPLE', `${of} has no sample "${id}"`, { httpStatus: 404 });
    },
  }),
  history: json({
    method: 'GET',
    path: '/v1/history',
    isOpen: true,
    request: { limit: count(`the newest entries; default ${DEFAULT_HISTORY}`, MAX_HISTORY) },
    doc: 'entries of the history, oldest first',
    respond: (handlers, { limit = DEFAULT_HISTORY }) => handlers.history(limit),
  }),
  trace: json({
    method: 'GET',
    path: '/v1/trace',
    request: TRACE,
    doc: 'trace records, oldest first',
    respond: (handlers, request) => handlers.trace(traceFilter(request)),
  }),
  followTrace: stream({
    method: 'GET',
    path: '/v1/trace',
    request: { ...TRACE, follow: anyText('`1`') },
    selectedBy: 'follow',
    doc: 'the same, then new records',
    subscribe: (handlers, request) => followTrace(handlers, traceFilter(request), MAX_TRACE),
  }),
  slowTrace: json({
    method: 'GET',
    path: '/v1/trace',
    request: { slow: anyText('`1`') },
    selectedBy: 'slow',
    doc: 'the latest records whose handling took longer than `trace.slow`, at most 128, oldest first',
    respond: (handlers) => handlers.slowLog(),
  }),
  captureTrace: stream({
    method: 'GET',
    path: '/v1/trace',
    request: {
      capture: requiredText('path of an actor, or the end of it, such as `deployer`'),
      by: requiredText('who asks, for the log of Vili, such as `ann@host`'),
      forMs: count(`how long, ms; default ${DEFAULT_CAPTURE_MS}`, MAX_CAPTURE_MS),
      messages: count(`after so many it ends; default ${MAX_CAPTURED}`, MAX_CAPTURED),
    },
    selectedBy: 'capture',
    doc: '`{ "capturing": … }`, then the messages to that actor with what they hold, masked, as they are handled (`{ "record": … }`), and at the end `{ "ended": "time" }` or `"limit"`; a stream that ends ends the capture',
    subscribe: (handlers, { capture, by, forMs, messages }) =>
      Promise.resolve(
        handlers.capture({
          actor: capture,
          by,
          forMs: forMs ?? DEFAULT_CAPTURE_MS,
          limit: messages ?? MAX_CAPTURED,
        }),
      ),
  }),
  tree: json({
    method: 'GET',
    path: '/v1/tree',
    isOpen: true,
    request: {},
    doc: 'the actors, nested: `path status mailbox restarts incarnation inHand hung children`',
    respond: (handlers) => handlers.tree(),
  }),
  events: stream({
    method: 'GET',
    path: '/v1/events',
    isOpen: true,
    request: {
      after: eventId('the `id` of an event: those that followed it come first'),
      limit: count('without `after`: so many of the past come first; default none', MAX_HISTORY),
    },
    resumedBy: 'after',
    frameOf: (event: EventView | EventGap) =>
      'gapAfter' in event ? { name: 'gap' } : { id: event.id },
    doc: 'entries of the history as they happen, each with its `id`',
    subscribe: (handlers, request) => followEvents(handlers, request, MAX_HISTORY),
  }),
  ...EVIDENCE_ROUTES,
  ...METRICS_ROUTES,
  ...FLEET_ROUTES,
  openApi: json({
    method: 'GET',
    path: '/v1/openapi.json',
    isOpen: true,
    request: {},
    doc: 'this API as OpenAPI 3.1, the same as `docs/openapi.json`',
    respond: onceOpenApi(() => ROUTE_LIST),
  }),
  logs: json({
    method: 'GET',
    path: '/v1/logs',
    request: LOGS,
    doc: 'the newest lines, masked (`vili.logs/1`)',
    respond: (handlers, { of, ...wanted }) => handlers.logs(of, linesWanted(wanted)),
  }),
  followLogs: stream({
    method: 'GET',
    path: '/v1/logs',
    request: { ...LOGS, follow: anyText('`1`') },
    selectedBy: 'follow',
    doc: 'where they are, these lines, then new ones, of the next process too',
    subscribe: (handlers, { of, ...wanted }) => handlers.followLogs(of, linesWanted(wanted)),
  }),
  ...ACT_ROUTES,
  reload: json({
    method: 'POST',
    path: '/v1/reload',
    request: { by: requiredText('who asks, such as `ann@host`') },
    doc: '`{ "changes": [{ "key": …, "from": …, "to": …, "when": "next test" }] }`; `when` is null where a restart is needed',
    respond: (handlers, { by }) => handlers.reload(by),
  }),
  upgraded: json({
    method: 'GET',
    path: '/v1/upgrade',
    request: {},
    doc: '`{ "state": "none", "pid": …, "version": …, "problem": …, "older": […] }`; `state` is `none`, `under-way`, `failed` or `done`, `older` the earlier Vilis that still have connections',
    respond: (handlers) => handlers.upgraded(),
  }),
  upgrade: json({
    method: 'POST',
    path: '/v1/upgrade',
    request: { by: requiredText('who asks, such as `ann@host`') },
    doc: 'the same; the new Vili of that `pid` is about to take over',
    respond: (handlers, { by }) => handlers.upgrade(by),
  }),
  // Not a GET: the settings in the response are for those who may act.
  replay: json({
    method: 'POST',
    path: '/v1/replay',
    request: { version: VERSION },
    doc: 'its samples, where both versions listen, and how a copy is made; for `vili replay`, which sends them',
    respond: (handlers, { version }) => handlers.replay(version),
  }),
  ...EVIDENCE_ACT_ROUTES,
  crash: json({
    method: 'POST',
    path: '/v1/debug/crash',
    request: { path: requiredText('the path of an actor, such as `/vili/comparator`') },
    doc: 'makes that actor crash; only with `VILI_DEBUG=1`',
    isOffered: (handlers) => handlers.crash !== undefined,
    async respond(handlers, { path }) {
      await handlers.crash?.(path);
      return { crashed: path };
    },
  }),
};

export const ROUTE_LIST: readonly Route[] = Object.values(ROUTES);

// Private

function linesWanted({
  level,
  since,
  requestId,
  limit = DEFAULT_LINES,
}: Omit<RequestOf<typeof LOGS>, 'of'>): LinesWanted {
  const sinceMs = since === undefined ? undefined : Date.parse(since);
  return { level, sinceMs, requestId, limit };
}

function traceFilter({ actor, id, all, limit }: RequestOf<typeof TRACE>): TraceFilter {
  return {
    ...(actor === undefined ? {} : { actor }),
    ...(id === undefined ? {} : { correlation: id }),
    ...(actor === undefined && id === undefined && all === undefined
      ? { without: BULK_TYPES }
      : {}),
    // The whole way of one version is asked for, not its end.
    limit: limit ?? (id === undefined ? DEFAULT_TRACE : MAX_TRACE),
  };
}

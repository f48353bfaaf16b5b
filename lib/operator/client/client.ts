import type { Sample } from '../../compare/sample/sample.ts';
import type { Report } from '../../evaluation/report/report.ts';
import type { ActorTree } from '../../model/actor-tree.ts';
import type { HistoryEntry } from '../../model/history.ts';
import type { TraceFilter, TraceRecord } from '../../model/trace-record.ts';
import type { ActRequest, ActResult } from '../control-handlers.ts';
import type { DifferencesQuery, DifferencesView, ReplayPlan } from '../views/evidence-view.ts';
import type { LiveEvent, StatusView, VerdictView } from '../views/status-view.ts';
import { type Call, callForEvents, callForJson } from './client-request.ts';

const DEFAULT_TIMEOUT_MS = 10_000;
/** A promotion answers once it is under way, which may wait for an actor that is busy. */
const ACT_TIMEOUT_MS = 60_000;

/** The control API as functions. All throw what `callForJson` throws. */
export interface ControlClient {
  status(): Promise<StatusView>;
  verdict(): Promise<VerdictView | null>;
  report(version?: string): Promise<Report | null>;
  differences(query: DifferencesQuery): Promise<DifferencesView | null>;
  /** Throws `VILI_NO_SAMPLE` when there is none with that id. */
  sample(id: string, version?: string): Promise<Sample>;
  replayPlan(version?: string): Promise<ReplayPlan>;
  history(limit?: number): Promise<readonly HistoryEntry[]>;
  trace(filter?: TraceFilter): Promise<readonly TraceRecord[]>;
  /**
   * Hands over the newest records of the past, then those to come. Resolves when the signal is
   * aborted or the daemon ends the stream.
   */
  followTrace(
    filter: TraceFilter,
    listener: (record: TraceRecord) => void,
    signal: AbortSignal,
  ): Promise<void>;
  tree(): Promise<ActorTree>;
  /** Resolves when the signal is aborted or the daemon ends the stream. */
  events(listener: (event: LiveEvent) => void, signal: AbortSignal): Promise<void>;
  promote(request: ActRequest): Promise<ActResult>;
  reject(request: ActRequest): Promise<ActResult>;
  retest(request: ActRequest): Promise<ActResult>;
  crash(path: string): Promise<void>;
}

/** A client for the daemon that listens at `socketPath`. */
export function controlClient(
  socketPath: string,
  options: { timeoutMs?: number } = {},
): ControlClient {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const get = (path: string): Promise<unknown> =>
    callForJson({ socketPath, method: 'GET', path, timeoutMs });
  const post = (path: string, body: unknown): Promise<unknown> =>
    callForJson({ socketPath, method: 'POST', path, body, timeoutMs: ACT_TIMEOUT_MS });
  const stream = (path: string, signal: AbortSignal): Call => ({
    socketPath,
    method: 'GET',
    path,
    timeoutMs,
    signal,
  });
  return {
    status: async () => (await get('/v1/status')) as StatusView,
    verdict: async () => (await get('/v1/verdict')) as VerdictView | null,
    report: async (version) => (await get(`/v1/report?${paramsOf({ version })}`)) as Report | null,
    differences: async (query) =>
      (await get(`/v1/differences?${paramsOf({ ...query })}`)) as DifferencesView | null,
    sample: async (sample, version) =>
      (await get(`/v1/differences?${paramsOf({ sample, version })}`)) as Sample,
    replayPlan: async (version) => (await post('/v1/replay', { version })) as ReplayPlan,
    history: async (limit) =>
      (await get(`/v1/history${limit === undefined ? '' : `?limit=${limit}`}`)) as HistoryEntry[],
    trace: async (filter = {}) => (await get(`/v1/trace?${queryOf(filter)}`)) as TraceRecord[],
    followTrace: (filter, listener, signal) =>
      callForEvents(stream(`/v1/trace?follow=1&${queryOf(filter)}`, signal), (value) =>
        listener(value as TraceRecord),
      ),
    tree: async () => (await get('/v1/tree')) as ActorTree,
    events: (listener, signal) =>
      callForEvents(stream('/v1/events', signal), (value) => listener(value as LiveEvent)),
    promote: async (request) => (await post('/v1/promote', request)) as ActResult,
    reject: async (request) => (await post('/v1/reject', request)) as ActResult,
    retest: async (request) => (await post('/v1/retest', request)) as ActResult,
    crash: async (path) => {
      await post('/v1/debug/crash', { path });
    },
  };
}

// Private

function paramsOf(values: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) query.set(name, value);
  }
  return query.toString();
}

function queryOf(filter: TraceFilter): string {
  const query = new URLSearchParams();
  if (filter.actor !== undefined) query.set('actor', filter.actor);
  if (filter.correlation !== undefined) query.set('id', filter.correlation);
  if (filter.limit !== undefined) query.set('limit', String(filter.limit));
  return query.toString();
}

import { performance } from 'node:perf_hooks';
import { expose } from '../../lib/metrics/exposition.ts';
import type { HostFacts, MetricFacts, PartFacts, RecordedFacts } from '../../lib/metrics/facts.ts';
import type { SeriesView, WindowName } from '../../lib/metrics/series/series.ts';
import { nestTree } from '../../lib/operator/views/nest-tree.ts';
import {
  type OneProcessUsage,
  ownUsage,
  usageOfProcess,
} from '../../lib/runtime/measure/process-usage.ts';
import type { EvaluationView } from '../../lib/evaluation/report/views.ts';
import type { Services } from '../app/services.ts';
import { askAll, statusOf } from '../app/status/status.ts';
import type { MetricsMessage } from './messages.ts';

/** Responds to `GET /metrics`. Those who ask at the same time get the same, so that asking often costs little. */
export class Scrapes {
  readonly #services: Services;
  #current: Promise<string> | null = null;

  constructor(services: Services) {
    this.#services = services;
  }

  /** In Prometheus' text format. Throws AskTimeout when an actor does not reply. */
  text(): Promise<string> {
    this.#current ??= factsOf(this.#services)
      .then(expose)
      .finally(() => {
        this.#current = null;
      });
    return this.#current;
  }
}

/** Throws AskTimeout when the actor does not reply. */
export function askSeries(
  { system, addresses }: Services,
  window: WindowName,
  sinceMs: number,
): Promise<SeriesView> {
  return system.ask<MetricsMessage, SeriesView>(addresses.metrics, (reply) => ({
    type: 'series',
    window,
    sinceMs,
    reply,
  }));
}

// Private

async function factsOf(services: Services): Promise<MetricFacts> {
  const { system, addresses } = services;
  const [asked, recorded] = await Promise.all([
    askAll(services),
    system.ask<MetricsMessage, RecordedFacts>(addresses.metrics, (reply) => ({
      type: 'describe',
      reply,
    })),
  ]);
  return {
    status: statusOf(services, asked),
    proxy: asked.counts.proxy,
    evaluation: evaluationOf(asked.evaluation),
    tree: nestTree(system.tree(), '/vili'),
    recorded,
    host: hostFacts(services),
    fleet: asked.surroundings.fleet?.report ?? null,
    spans: services.spans?.counts.view() ?? null,
  };
}

function evaluationOf(view: EvaluationView | null): MetricFacts['evaluation'] {
  if (view === null) return null;
  const { oddsWorse, oddsNeeded, bySignal = {} } = view.report.certainty;
  return { oddsWorse, oddsNeeded, bySignal, endpoints: view.endpoints };
}

function hostFacts({ launcher, proxy }: Services): HostFacts {
  const usages = (pids: readonly number[]): readonly OneProcessUsage[] =>
    pids.flatMap((pid) => usageOfProcess(pid) ?? []);
  const parts = [
    partOf('vili', [ownUsage()]),
    partOf('launcher', usages([launcher.pid])),
    partOf('proxy', usages(proxy.processes())),
  ];
  return {
    nodeVersion: process.versions.node,
    heapBytes: process.memoryUsage().heapUsed,
    loopBusySeconds: performance.eventLoopUtilization().active / 1000,
    parts: parts.filter(({ processes }) => processes > 0),
  };
}

function partOf(part: PartFacts['part'], usages: readonly OneProcessUsage[]): PartFacts {
  const sum = (of: (usage: OneProcessUsage) => number): number =>
    usages.reduce((total, usage) => total + of(usage), 0);
  return {
    part,
    processes: usages.length,
    memoryBytes: sum(({ memoryBytes }) => memoryBytes),
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
  };
}

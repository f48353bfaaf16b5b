import type { InstanceUsage, ProcessSample, ProcessUsage } from '../model/servlet-facts.ts';
import type { ProcessRegistry } from './process/registry.ts';

interface Found {
  readonly atMs: number;
  /** By instance id. */
  readonly usages: ReadonlyMap<string, ProcessUsage>;
  readonly registry: ProcessRegistry;
  /** The instance that users get; previous has the same role. */
  readonly running: string | null;
}

/** What both sides take, as far as they are ready; null when neither is known. */
export function processSample({ atMs, usages, registry, running }: Found): ProcessSample | null {
  const usageOf = (instance: string | undefined): InstanceUsage | null => {
    const usage = usages.get(instance ?? '');
    return instance === undefined || usage === undefined ? null : { instance, usage };
  };
  const tested = [...registry.values()].find(
    ({ role, readyAtMs }) => role === 'testing' && readyAtMs !== null,
  );
  const kept = [...registry.values()].find(
    ({ role, readyAtMs, instance }) =>
      role === 'running' && readyAtMs !== null && running !== null && instance.id !== running,
  );
  const sample = {
    atMs,
    running: usageOf(running ?? undefined),
    testing: usageOf(tested?.instance.id),
    previous: usageOf(kept?.instance.id),
  };
  return sample.running === null && sample.testing === null ? null : sample;
}

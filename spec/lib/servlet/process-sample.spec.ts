import { expect } from 'chai';
import { processSample } from '../../../lib/servlet/process-sample.ts';
import type { RegistryEntry } from '../../../lib/servlet/process/registry.ts';

const USAGE = { memoryBytes: 1, measure: 'pss', cpuMs: 1, threads: 1, files: 1 } as const;

function registryOf(...list: readonly (readonly [id: string, role: string, ready: boolean])[]) {
  const entries = list.map(([id, role, ready]) => [
    id,
    { role, instance: { id }, readyAtMs: ready ? 1 : null } as unknown as RegistryEntry,
  ]);
  return new Map(entries as [string, RegistryEntry][]);
}

function usagesOf(...ids: readonly string[]) {
  return new Map(ids.map((id) => [id, USAGE]));
}

describe('A sample of both sides', () => {
  it('has the instance that users get, not the previous one, and the one under test', () => {
    const registry = registryOf(
      ['1/1', 'running', true],
      ['2/1', 'running', true],
      ['3/1', 'testing', true],
    );
    const usages = usagesOf('1/1', '2/1', '3/1');
    const sample = processSample({ atMs: 5, usages, registry, running: '2/1' });
    expect(sample?.running?.instance).to.equal('2/1');
    expect(sample?.testing?.instance).to.equal('3/1');
  });

  it('leaves out a testing that is not ready, and what nothing is known of', () => {
    const registry = registryOf(['2/1', 'running', true], ['3/1', 'testing', false]);
    const sample = processSample({
      atMs: 5,
      usages: usagesOf('2/1', '3/1'),
      registry,
      running: '2/1',
    });
    expect(sample?.testing).to.equal(null);
    expect(processSample({ atMs: 5, usages: usagesOf('3/1'), registry, running: null })).to.equal(
      null,
    );
  });
});

import { expect } from 'chai';
import { TakenRates } from '../../../../lib/metrics/series/taken.ts';
import type { InstanceUsage, ProcessSample } from '../../../../lib/model/servlet-facts.ts';
import { USAGE } from '../facts.ts';

const used = (cpuMs: number, instance = 'a/1'): InstanceUsage => {
  return { instance, usage: { ...USAGE, cpuMs } };
};
const sample = (atMs: number, more: Partial<ProcessSample>): ProcessSample => {
  return { atMs, running: null, testing: null, previous: null, ...more };
};

describe('What versions take, as rates', () => {
  it('is the processor time between two samples of the same process', () => {
    const rates = new TakenRates();
    rates.add(sample(0, { running: used(100) }));
    expect(rates.view(0, 1000).running).to.deep.equal({ memoryBytes: 50_000_000, cpu: null });
    rates.add(sample(2000, { running: used(1100) }));
    expect(rates.view(2000, 1000).running.cpu).to.equal(0.5);
    rates.add(sample(3000, { running: used(1200, 'a/2') }));
    expect(rates.view(3000, 1000).running.cpu, 'another process').to.equal(null);
  });

  it('is that of previous on probation, and is forgotten when it is old', () => {
    const rates = new TakenRates();
    rates.add(sample(0, { previous: used(0) }));
    rates.add(sample(1000, { previous: used(250) }));
    expect(rates.view(1000, 1000).testing.cpu).to.equal(0.25);
    expect(rates.view(3000, 1000).testing).to.deep.equal({ memoryBytes: null, cpu: null });
  });
});

import { expect } from 'chai';
import type { MirrorRule } from '../../../../lib/model/traffic-rules.ts';
import { MirrorFilter } from '../../../../lib/proxy/copy/filter.ts';
import { proxySettings } from '../../../support/proxy-fixture.ts';

function filter(rules: readonly MirrorRule[] = [], sample = 1, random = 0.5): MirrorFilter {
  const { mirror, healthPaths } = proxySettings();
  return new MirrorFilter({ healthPaths, mirror: { ...mirror, rules, sample } }, () => random);
}

const request = (method: string, path: string, headers: readonly string[] = []) => ({
  method,
  path,
  headers,
});

describe('the mirror filter', () => {
  it('copies by method when no rule matches', () => {
    expect(filter().skipReason(request('GET', '/a'), true)).to.equal(null);
    expect(filter().skipReason(request('POST', '/a'), true)).to.equal('method');
  });

  it('lets the first matching rule win over methods', () => {
    const rules = [
      { method: 'POST', path: '/orders/{id}/preview', on: true },
      { method: '*', path: '/orders/*', on: false },
    ];
    expect(filter(rules).skipReason(request('POST', '/orders/7/preview?x=1'), true)).to.equal(null);
    expect(filter(rules).skipReason(request('POST', '/orders/7/8/preview'), true)).to.equal('rule');
    expect(filter(rules).skipReason(request('GET', '/orders/7'), true)).to.equal('rule');
    expect(filter(rules).skipReason(request('GET', '/other'), true)).to.equal(null);
  });

  it('never copies probes, whatever the rules say', () => {
    const rules = [{ method: '*', path: '*', on: true }];
    for (const path of ['/health', '/health?deep=1', '/api/v1/health']) {
      expect(filter(rules).skipReason(request('GET', path), true)).to.equal('health');
    }
    expect(filter(rules).skipReason(request('GET', '/healthy'), true)).to.equal(null);
  });

  it('copies nothing without a testing version', () => {
    expect(filter().skipReason(request('GET', '/a'), false)).to.equal('no-testing');
  });

  it('copies the configured share', () => {
    expect(filter([], 0.4, 0.39).skipReason(request('GET', '/a'), true)).to.equal(null);
    expect(filter([], 0.4, 0.4).skipReason(request('GET', '/a'), true)).to.equal('sample');
    expect(filter([], 0, 0).skipReason(request('GET', '/a'), true)).to.equal('sample');
  });

  it('matches other characters of a template literally', () => {
    const rules = [{ method: 'GET', path: '/a.b/{id}', on: false }];
    expect(filter(rules).skipReason(request('GET', '/a.b/1'), true)).to.equal('rule');
    expect(filter(rules).skipReason(request('GET', '/axb/1'), true)).to.equal(null);
  });

  it('keeps a user always in or always out of the sample, by cookie or header', () => {
    const { mirror, healthPaths } = proxySettings();
    const sampled = (sample: number, kind: 'cookie' | 'header', headers: string[]) => {
      const sticky = { kind, name: 'Session' } as const;
      const sticking = new MirrorFilter(
        { healthPaths, mirror: { ...mirror, sample, sticky } },
        () => 0.999,
      );
      return sticking.skipReason(request('GET', '/', headers), true) === null;
    };
    let inside = 0;
    for (let user = 0; user < 2000; user++) {
      const cookie = ['cookie', `a=b; Session=user-${user}; Sessions=x`];
      const isIn = sampled(0.3, 'cookie', cookie);
      inside += Number(isIn);
      expect(sampled(0.3, 'header', ['X', 'y', 'SESSION', `user-${user}`])).to.equal(isIn);
      if (isIn) expect(sampled(0.5, 'cookie', cookie)).to.equal(true);
    }
    expect(inside / 2000).to.be.within(0.25, 0.35);
    // Requests without a value are drawn one by one.
    expect(sampled(0.3, 'cookie', ['Cookie', 'session=1; Session='])).to.equal(false);
  });
});

import { expect } from 'chai';
import type { MirrorRule } from '../../../../lib/model/traffic-rules.ts';
import { MirrorFilter } from '../../../../lib/proxy/copy/filter.ts';
import { proxySettings } from '../../../support/proxy-fixture.ts';

function filter(rules: readonly MirrorRule[] = [], sample = 1, random = 0.5): MirrorFilter {
  const { mirror, health } = proxySettings();
  return new MirrorFilter({ health, mirror: { ...mirror, rules, sample } }, () => random);
}

const request = (
  method: string,
  path: string,
  headers: readonly string[] = [],
  userAgent = '',
) => ({
  method,
  path,
  headers,
  userAgent,
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
    for (const path of [
      '/health',
      '/health?deep=1',
      '/api/v1/health',
      '/health/',
      '/actuator/info',
    ]) {
      expect(filter(rules).skipReason(request('GET', path), true)).to.equal('health');
    }
    for (const path of ['/healthy', '/', '/livezone', '/actuator', '/users/ping']) {
      expect(filter(rules).skipReason(request('GET', path), true)).to.equal(null);
    }
  });

  it('never copies what load balancers, orchestrators and monitors send, whatever its path', () => {
    const from = (agent: string) => filter().skipReason(request('GET', '/', [], agent), true);
    for (const agent of [
      'kube-probe/1.29',
      'ELB-HealthChecker/2.0',
      'GoogleHC/1.0',
      'Prometheus/2.51.0',
      'Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)',
      'Amazon-Route53-Health-Check-Service (ref 1; report http://amzn.to/1vsZADi)',
    ]) {
      expect(from(agent), agent).to.equal('health');
    }
    for (const agent of ['', 'curl/8.5.0', 'Mozilla/5.0 (X11; Linux x86_64)']) {
      expect(from(agent), agent).to.equal(null);
    }
  });

  it('remembers user agents within bounds', () => {
    const sharing = filter();
    for (let agent = 0; agent < 2000; agent++) {
      expect(sharing.skipReason(request('GET', '/', [], `agent/${agent}`), true)).to.equal(null);
      const probe = request('GET', '/', [], `kube-probe/${agent}`);
      expect(sharing.skipReason(probe, true)).to.equal('health');
    }
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
    const { mirror, health } = proxySettings();
    const sampled = (sample: number, kind: 'cookie' | 'header', headers: string[]) => {
      const sticky = { kind, name: 'Session' } as const;
      const sticking = new MirrorFilter(
        { health, mirror: { ...mirror, sample, sticky } },
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

import { expect } from 'chai';
import { watchLiveness } from '../../../../lib/servlet/health/liveness.ts';
import { probeOnce } from '../../../../lib/servlet/health/probe.ts';
import { awaitReady } from '../../../../lib/servlet/health/readiness.ts';
import type { Exit } from '../../../../lib/servlet/process/exit.ts';
import { withSecureServlet } from '../../../support/secure-servlet.ts';
import { needsOpenssl } from '../../../support/tls-fixture.ts';

const PROBE = { path: '/health', requestTimeoutMs: 30_000 };
const STRANGERS = { ca: '', insecure: false };
const exited = new Promise<Exit>(() => {});

describe('probes of a servlet that speaks TLS', () => {
  before(needsOpenssl);

  it('are responded to once its certificate is trusted', () =>
    withSecureServlet(
      ({ url }, response) => void response.writeHead(url === '/health' ? 204 : 404).end(),
      async ({ target }) => {
        const wait = { timeoutMs: 30_000, intervalMs: 5, successes: 2, exited };
        const { signal } = new AbortController();
        const ready = await awaitReady({ ...target, ...PROBE, ...wait, signal });
        expect(ready.attempts).to.equal(2);
        expect(await probeOnce({ ...target, ...PROBE })).to.include({ ok: true, status: 204 });
      },
    ));

  it('fail for one that cannot be trusted, with the address and what is wrong', () =>
    withSecureServlet(
      (_request, response) => void response.end(),
      async ({ target }) => {
        const wait = { timeoutMs: 200, intervalMs: 5, successes: 1, exited };
        const { signal } = new AbortController();
        const stranger = { ...target, ...PROBE, tls: STRANGERS };
        const error = await awaitReady({ ...stranger, ...wait, signal }).catch((it: Error) => it);
        expect(error).to.be.instanceOf(Error);
        const { message } = error as Error;
        expect(message).to.contain(`https://localhost:${target.port}/health`);
        expect(message).to.contain('its certificate is not vouched for');
        const ending = new AbortController();
        const told = await new Promise<string>((resolve) => {
          const onUnhealthy = ({ text }: { text: string }): void => resolve(text);
          const watch = { intervalMs: 5, failures: 2, onUnhealthy, onHealthy: () => {} };
          void watchLiveness({ ...stranger, ...watch, signal: ending.signal });
        });
        ending.abort();
        expect(told).to.contain('its certificate is not vouched for');
      },
    ));
});

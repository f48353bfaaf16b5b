import { expect } from 'chai';
import { watchLiveness } from '../../../../lib/servlet/health/liveness.ts';
import { awaitReady, NotReadyError } from '../../../../lib/servlet/health/readiness.ts';
import { PortPool } from '../../../../lib/servlet/ports/ports.ts';
import type { ServletProcess } from '../../../../lib/servlet/process/servlet-process.ts';
import { servletTag, TAG_VARIABLE } from '../../../../lib/servlet/process/tag.ts';
import { endServlets, fixture, makeInstance, startServlet } from '../../../support/servlets.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

const RANGE = { from: 29_400, to: 29_500, host: '127.0.0.1' };
const READINESS = {
  path: '/',
  timeoutMs: 9000,
  intervalMs: 20,
  successes: 1,
  requestTimeoutMs: 1000,
};

afterEach(endServlets);

describe('the life of a servlet', () => {
  it('leads from a free port through ready and hung to its end', () =>
    withTempFolder(async (base) => {
      const port = await new PortPool(RANGE).take();
      const servlet = start(base, port, [process.execPath, fixture('server.mjs'), 'drain']);
      const controller = new AbortController();
      const target = { ...READINESS, host: RANGE.host, port, signal: controller.signal };
      const ready = await awaitReady({ ...target, exited: servlet.exited });
      expect(ready.attempts).to.be.at.least(1);
      const events: string[] = [];
      process.kill(servlet.pid, 'SIGSTOP');
      await watchLiveness({
        ...target,
        requestTimeoutMs: 100,
        failures: 3,
        onUnhealthy: ({ text }) => {
          events.push(text);
          process.kill(servlet.pid, 'SIGCONT');
        },
        onHealthy: () => {
          events.push('healthy');
          controller.abort();
        },
      });
      expect(events).to.deep.equal(['no response within 100 ms', 'healthy']);
      const { exit } = await servlet.stop({ signal: 'SIGTERM', timeoutMs: 8000 });
      expect(exit).to.include({ code: 0 });
    }));

  it('ends during the start with the true reason, long before the readiness timeout', () =>
    withTempFolder(async (base) => {
      const port = await new PortPool(RANGE).take();
      const servlet = start(base, port, ['sh', '-c', 'echo "no database at db:5432" >&2; exit 3']);
      const signal = new AbortController().signal;
      const error = await awaitReady({
        ...READINESS,
        timeoutMs: 60_000,
        host: RANGE.host,
        port,
        exited: servlet.exited,
        signal,
      }).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(NotReadyError).and.include({ code: 'VILI_EXITED_AT_START' });
      expect(String(error)).to.match(/exited with code 3 after \d+\.\d s: no database at db:5432$/);
    }));
});

// Private

function start(base: string, port: number, command: readonly string[]): ServletProcess {
  const instance = makeInstance(base);
  const tag = servletTag({ base, id: instance.id });
  const environment = { PATH: process.env['PATH'] ?? '', PORT: String(port), [TAG_VARIABLE]: tag };
  return startServlet(base, command, { instance, tag, environment, port });
}

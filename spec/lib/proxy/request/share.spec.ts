import { expect } from 'chai';
import type { TrafficObservation } from '../../../../lib/model/exchange.ts';
import { eventually } from '../../../support/eventually.ts';
import { exchangeRaw, Upstream, withProxy } from '../../../support/proxy-fixture.ts';

const CLIENTS = Array.from({ length: 60 }, (_, n) => `10.0.0.${n + 1}`);

function get(client: string): string {
  return `GET /a HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${client}\r\nConnection: close\r\n\r\n`;
}

function post(client: string): string {
  return (
    `POST /a HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${client}\r\nContent-Length: 2\r\n` +
    'Connection: close\r\n\r\nhi'
  );
}

function named(name: string): Promise<Upstream> {
  return Upstream.http((_, response) => response.end(name), `${name}/1_running`);
}

async function served(port: number, text: string): Promise<string> {
  const [head = '', body = ''] = (await exchangeRaw(port, text)).split('\r\n\r\n');
  return head.startsWith('HTTP/1.1 200 ') ? body : head.slice(0, 12);
}

describe('requests of users of whom a share goes elsewhere', () => {
  it('go where their client belongs, by whatever method, and all back in one step', async () => {
    const [old, next] = [await named('old'), await named('new')];
    try {
      await withProxy(
        null,
        async ({ proxy, port }) => {
          const share = { target: next.target, size: 0.5, salt: 'salt', key: null };
          proxy.setRoute({ running: old.target, mirroring: false, share });
          const seen: TrafficObservation[] = [];
          proxy.onTraffic((batch) => seen.push(...batch));
          const first = await Promise.all(CLIENTS.map((client) => served(port, get(client))));
          const second = await Promise.all(CLIENTS.map((client) => served(port, post(client))));
          expect(second).to.deep.equal(first);
          const count = first.filter((name) => name === 'new').length;
          expect([new Set(first), count > 10 && count < 50]).to.deep.equal([
            new Set(['old', 'new']),
            true,
          ]);
          await eventually('all are told', () => seen.length === 120);
          for (const { client, instance } of seen) {
            const name = first[CLIENTS.indexOf(client)];
            expect(instance).to.equal(`${name}/1_running`);
          }
          proxy.setRoute({ running: old.target, mirroring: false });
          const back = await Promise.all(CLIENTS.map((client) => served(port, get(client))));
          expect(new Set(back)).to.deep.equal(new Set(['old']));
        },
        { trustedProxies: ['loopback'] },
      );
    } finally {
      await Promise.all([old.close(), next.close()]);
    }
  });

  it('go to running at once when the servlet of the share refuses, writes too', async () => {
    const [old, gone] = [await named('old'), await named('new')];
    await gone.close();
    try {
      await withProxy(null, async ({ proxy, port }) => {
        const share = { target: gone.target, size: 1, salt: 'salt', key: null };
        proxy.setRoute({ running: old.target, mirroring: false, share });
        expect(await served(port, get('x'))).to.equal('old');
        expect(await served(port, post('x'))).to.equal('old');
        expect(proxy.inFlight()).to.equal(0);
        expect(proxy.counts().failed).to.deep.equal({ 502: 0, 503: 0, 504: 0, broken: 0 });
      });
    } finally {
      await old.close();
    }
  });

  it('are served while running is away, and those of the others are held', async () => {
    const next = await named('new');
    try {
      await withProxy(
        null,
        async ({ proxy, port }) => {
          const share = { target: next.target, size: 0.5, salt: 'salt', key: null };
          proxy.setRoute({ running: null, mirroring: false, share });
          const all = await Promise.all(CLIENTS.map((client) => served(port, get(client))));
          expect(new Set(all)).to.deep.equal(new Set(['new', 'HTTP/1.1 503']));
        },
        { trustedProxies: ['loopback'], hold: { maxMs: 100 } },
      );
    } finally {
      await next.close();
    }
  });

  it('finish at the servlet of a share that has ended, while it drains', async () => {
    let release: (() => void) | null = null;
    const old = await named('old');
    const slow = await Upstream.http((_, response) => {
      release = () => response.end('late');
    }, 'new/1_running');
    try {
      await withProxy(null, async ({ proxy, port }) => {
        const share = { target: slow.target, size: 1, salt: 'salt', key: null };
        proxy.setRoute({ running: old.target, mirroring: false, share });
        const pending = served(port, get('x'));
        await eventually('it is there', () => release !== null);
        proxy.setRoute({ running: old.target, mirroring: false });
        const drained = proxy.drain(slow.target, 5000);
        expect(await served(port, get('x'))).to.equal('old');
        release?.();
        expect(await pending).to.equal('late');
        expect(await drained).to.deep.equal({ finished: 1, cut: 0 });
      });
    } finally {
      await Promise.all([old.close(), slow.close()]);
    }
  });
});

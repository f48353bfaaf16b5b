import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { codeOf, messageOf } from '../../../../lib/errors.ts';
import { PortPool } from '../../../../lib/servlet/ports/ports.ts';
import { failureOf } from '../../../support/failure.ts';

const HOST = '127.0.0.1';

describe('PortPool', () => {
  it('hands out each port once, even to concurrent callers, and again after its release', async () => {
    const from = await freeRange(4);
    const pool = new PortPool({ from, to: from + 3, host: HOST });
    const ports = await Promise.all([1, 2, 3, 4].map(() => pool.take()));
    expect(ports).to.have.members([from, from + 1, from + 2, from + 3]);
    pool.release(from + 2);
    expect(await pool.take('app-1/1_test')).to.equal(from + 2);
    expect(messageOf(await failureOf(pool.take()))).to.include(`${from + 2} app-1/1_test`);
  });

  it('passes over what another Vili has handed out before anybody listens there, unless nothing else is left', async () => {
    const from = await freeRange(2);
    const [mine, other] = [1, 2].map(() => new PortPool({ from, to: from + 1, host: HOST }));
    if (mine === undefined || other === undefined) throw new Error('there are two');
    expect(await mine.take()).to.equal(from);
    expect(await other.take()).to.equal(from + 1);
    // Whoever claims ports without listening keeps nobody from starting.
    expect(await mine.take()).to.equal(from + 1);
    mine.release(from);
    other.release(from + 1);
    expect(await other.take()).to.equal(from);
    mine.release(from + 1);
    other.release(from);
  });

  it('lets nobody hold a connection to what tells that a port is handed out', async () => {
    const from = await freeRange(1);
    const pool = new PortPool({ from, to: from, host: HOST });
    await pool.take();
    const stranger = connect({ path: `\0vili port ${from}` }).resume();
    await once(stranger, 'close');
    pool.release(from);
  });

  it('does not reuse a released port while others are free', async () => {
    const from = await freeRange(3);
    const pool = new PortPool({ from, to: from + 2, host: HOST });
    const first = await pool.take();
    pool.release(first);
    expect([await pool.take(), await pool.take(), await pool.take()]).to.deep.equal([
      first + 1,
      first + 2,
      first,
    ]);
  });

  it('skips ports of other listeners on this address, on all addresses and on IPv6', async () => {
    const from = await freeRange(4);
    const strangers = [await listen(from, HOST), await listen(from + 1, '0.0.0.0')];
    const third = await listen(from + 2, '::1').catch(() => null);
    if (third !== null) strangers.push(third);
    const pool = new PortPool({ from, to: from + 3, host: HOST });
    const expected = third === null ? from + 2 : from + 3;
    expect(await pool.take()).to.equal(expected);
    await Promise.all(strangers.map(close));
  });

  it('names the holder of each port when the range is full', async () => {
    const from = await freeRange(2);
    const stranger = await listen(from, HOST);
    const pool = new PortPool({ from, to: from + 1, host: HOST });
    await pool.take('app-1.0.0/1_running');
    const rejection = await pool.take().catch((error: unknown) => error);
    expect(codeOf(rejection)).to.equal('VILI_PORTS_EXHAUSTED');
    expect(messageOf(rejection)).to.include(`${from}-${from + 1}`);
    expect(messageOf(rejection)).to.include(`${from + 1} app-1.0.0/1_running`);
    expect(messageOf(rejection)).to.match(
      new RegExp(`${from} held by .+ \\(pid ${process.pid}\\)`),
    );
    await close(stranger);
    expect(await pool.take()).to.equal(from);
  });

  it('rejects an invalid range', () => {
    for (const [from, to] of [
      [2, 1],
      [0, 5],
      [1, 70_000],
      [1.5, 3],
    ] as const) {
      expect(() => new PortPool({ from, to, host: HOST })).to.throw('port range');
    }
  });
});

// Private

/** The first of `count` consecutive ports that are free at this moment. */
async function freeRange(count: number): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const first = await listen(0, '0.0.0.0');
    const { port } = first.address() as AddressInfo;
    const rest = await Promise.allSettled(
      Array.from({ length: count - 1 }, (_, index) => listen(port + 1 + index, '0.0.0.0')),
    );
    const open = rest.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    await Promise.all([first, ...open].map(close));
    if (open.length === count - 1) return port;
  }
  throw new Error(`no ${count} free ports in a row`);
}

async function listen(port: number, host: string): Promise<Server> {
  const server = createServer();
  server.listen({ port, host });
  await once(server, 'listening');
  return server;
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

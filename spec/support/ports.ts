import { createServer } from 'node:net';

/** All of them lie below the range from which the kernel gives ports to connections. */
const USERS = { from: 20_000, to: 32_000 };
const SERVLETS = { from: 11_000, to: 20_000 };
/** How many ports the servlets of one base have. */
const PORTS = 20;
const TRIES = 100;
/** Specs that run at the same time as others, in another process, use the other half. */
const LANES = 2;

/** A port that nobody listens on at this moment, and that no connection gets from the kernel. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = drawn(USERS, 1);
    if (await isFree(port)) return port;
  }
  throw new Error(`${TRIES} ports in a row are taken`);
}

/** Ports for the servlets of a base, both ends included. */
export function servletPorts(): { readonly from: number; readonly to: number } {
  const from = drawn(SERVLETS, PORTS);
  return { from, to: from + PORTS - 1 };
}

// Private

/** The first of `size` ports in the half that is this process's. */
function drawn({ from, to }: typeof USERS, size: number): number {
  const half = (to - from) / LANES;
  const lane = Number(process.env['SPEC_LANE'] ?? Math.floor(Math.random() * LANES)) % LANES;
  return from + lane * half + size * Math.floor((Math.random() * half) / size);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listens = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (listens) await new Promise<void>((resolve) => server.close(() => resolve()));
  return listens;
}

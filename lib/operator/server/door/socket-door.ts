import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Caller, Door } from './door.ts';
import { listenPrivately } from './private-socket.ts';

const OWNER: Caller = { address: null, isTrusted: true };

/** `BASE/.vili/vili.sock`: the owner of the base, and nobody else. The caller holds the lock of the base. */
export function socketDoor(socketPath: string): Door {
  return {
    name: 'control socket',
    createServer,
    listen: (server) => listenPrivately(server, socketPath),
    leave: () => rm(socketPath, { force: true }),
    enter: () => OWNER,
    look: () => {},
  };
}

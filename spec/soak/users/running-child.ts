import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LARGE_PATH, MEDIUM_PATH, SMALL_BYTES } from './paths.ts';

/* The service behind the proxy, in a process of its own; sends its port to its parent. */
const MEDIUM_BYTES = 300_000;
const LARGE_BYTES = 16_000_000;
const LARGE = Buffer.alloc(LARGE_BYTES, 'x');
const SIZES: Record<string, number> = { [MEDIUM_PATH]: MEDIUM_BYTES, [LARGE_PATH]: LARGE_BYTES };

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  request.resume();
  request.on('end', () => response.end(LARGE.subarray(0, SIZES[request.url ?? ''] ?? SMALL_BYTES)));
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());

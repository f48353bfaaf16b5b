import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { type HostileResponse, hostileResponse } from '../../support/hostile-bodies.ts';

/**
 * A version of a service: `service-child.js running|testing`. It responds to `/same/KIND` with a hostile
 * body of that kind, the same from both versions, to `/other/KIND` with another one from testing, and to
 * everything else with 1 KB of JSON with a fresh id and time. Sends its port over IPC.
 */
const BACKLOG = 4096;
const KEEP_ALIVE_MS = 60_000;
/** The most that is compared in full, `compare.max_body`. */
const SIZE = 262_144;
const role = process.argv[2];
let kept: { readonly key: string; readonly response: HostileResponse } | null = null;

const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
  const [, which, kind = ''] = (request.url ?? '/').split('/');
  const { headers, body } = which === 'same' || which === 'other' ? hostile(which, kind) : small();
  response.writeHead(200, { ...headers, 'content-length': body.length });
  response.end(body);
});
server.listen(0, '127.0.0.1', BACKLOG, () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 });
});
process.on('disconnect', () => process.exit(0));

// Private

/** Keeps the last body only: this process is not what is measured. */
function hostile(which: string, kind: string): HostileResponse {
  const key = `${which} ${kind}`;
  if (kept?.key === key) return kept.response;
  const letter = which === 'other' && role === 'testing' ? 'b' : 'a';
  const response = hostileResponse(kind, letter, SIZE);
  kept = { key, response };
  return response;
}

function small(): HostileResponse {
  const document = {
    id: randomUUID(),
    servedAt: new Date().toISOString(),
    customer: { id: 1204, name: 'Ada Lovelace', country: 'GB', since: '2019-04-01' },
    state: 'sent',
    total: 129.5,
    tags: ['gift', 'express', 'insured'],
    lines: Array.from({ length: 8 }, (_, at) => ({
      item: 100 + at,
      name: `article number ${at}`,
      count: 1 + (at % 3),
      price: 9.5 + at,
      inStock: at % 2 === 0,
    })),
    note: 'x'.repeat(60),
  };
  const headers = { 'content-type': 'application/json' };
  return { headers, body: Buffer.from(JSON.stringify(document)) };
}

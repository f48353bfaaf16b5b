import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { type HostileResponse, hostileResponse } from '../../support/hostile-bodies.ts';

/**
 * A version of a service: `service-child.js running|testing`. `/same/KIND` is answered by a hostile body
 * of that kind, the same from both versions, `/other/KIND` by another one from testing, everything else by
 * 1 KB of JSON with a fresh id and time. Tells its port over IPC.
 */
const BACKLOG = 4096;
const KEEP_ALIVE_MS = 60_000;
/** Just within what is compared in full, `compare.max_body`. */
const SIZE = 262_144;
const role = process.argv[2];
let kept: { readonly key: string; readonly answer: HostileResponse } | null = null;

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

/** Only the last one is kept: this process is not what is measured. */
function hostile(which: string, kind: string): HostileResponse {
  const key = `${which} ${kind}`;
  if (kept?.key === key) return kept.answer;
  const letter = which === 'other' && role === 'testing' ? 'b' : 'a';
  const answer = hostileResponse(kind, letter, SIZE);
  kept = { key, answer };
  return answer;
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

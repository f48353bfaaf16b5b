import type { RequestShape } from '../kit/load-protocol.ts';

/** Three words of a path: no position has so many that they would be taken for ids. */
const WORDS = ['ash', 'bay', 'cob', 'dew', 'elm', 'fir', 'gum', 'hop'] as const;
const SIZE = 300;

/** So many endpoints with an address each. */
export function endpoints(count: number): readonly RequestShape[] {
  const paths = WORDS.flatMap((a) => WORDS.flatMap((b) => WORDS.map((c) => `/${a}/${b}/${c}`)));
  return paths.slice(0, count).map((path) => ({ method: 'GET', path, sends: 0, gets: SIZE }));
}

/**
 * A server file that responds to any address. Every version of it has a field of its own, so that each endpoint has a finding
 * that is reported.
 */
export function shopText(version: string): string {
  return `import { createServer } from 'node:http';
const version = ${JSON.stringify(version)};
const field = { ['only_in_' + version.replaceAll('.', '_')]: true };
createServer((request, response) => {
  const body = { path: request.url, name: 'a thing', price: 7, ...field, pad: '' };
  body.pad = 'x'.repeat(${SIZE} - JSON.stringify(body).length);
  response.writeHead(200, { 'content-type': 'application/json', 'x-version': version });
  response.end(JSON.stringify(body));
}).listen(Number(process.env.PORT), '127.0.0.1');
`;
}

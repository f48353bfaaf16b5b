import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { readOpenApi } from '../../../config/sources/openapi.ts';
import { readRequest } from '../../../lib/operator/api/parameters.ts';
import { ROUTE_LIST } from '../../../lib/operator/api/routes.ts';
import { readJson } from '../../../lib/operator/server/request-body.ts';
import { watchdogMs } from '../../../lib/runtime/systemd/service-manager.ts';
import { damaged, damagedTexts, texts } from './inputs.ts';
import { hasCode, must, type Parser } from './parser.ts';

const BODY = {
  by: 'ann@host',
  version: '1.0.0',
  reason: 'a',
  dryRun: true,
  path: '$.a',
  limit: '5',
  sample: 'a',
  follow: '1',
};
const BODY_MAX_BYTES = 65_536;
const API = {
  openapi: '3.0.0',
  servers: [{ url: 'https://a/base' }],
  basePath: '/b',
  paths: { '/items/{id}': { get: {}, post: {} } },
};
const TIMER_MAX_MS = 2 ** 31;

const requests: Parser<readonly [number, unknown]> = {
  name: 'requests of the control API',
  inputs: fc.tuple(fc.nat(ROUTE_LIST.length - 1), damaged(BODY)),
  parse: ([at, body]) => {
    const given = Object(body) as Readonly<Record<string, unknown>>;
    const request = readRequest(ROUTE_LIST[at]?.request ?? {}, (name) => {
      return Object.hasOwn(given, name) ? given[name] : undefined;
    });
    must(JSON.stringify(request).length <= 20_000, 'its values are not bounded');
  },
  mayThrow: hasCode('VILI_BAD_REQUEST'),
};

const requestBodies: Parser<string> = {
  name: 'bodies of the control API',
  inputs: damagedTexts(BODY),
  parse: async (text) => {
    const bytes = Buffer.from(text);
    const stream = Readable.from([bytes.subarray(0, 3), bytes.subarray(3)]);
    const request = Object.assign(stream, { headers: {} });
    must((await readJson(request as never, BODY_MAX_BYTES)) !== undefined, 'no body');
  },
  mayThrow: hasCode('VILI_BAD_REQUEST', 'VILI_BODY_TOO_LARGE'),
};

const openapi: Parser<string> = {
  name: 'OpenAPI files',
  inputs: fc.oneof(
    damagedTexts(API),
    texts(
      ['paths:', '\n', '  ', '/a', '{', '}', ': ', 'get', '&a ', '*a', '[', ']', '"', '- '],
      ['openapi: 3.0.0\npaths:\n  /a/{b}:\n    get: {}\n'],
    ),
  ),
  parse: (text, folder) => {
    const file = join(folder, 'openapi.yaml');
    writeFileSync(file, text);
    const { routes, problem } = readOpenApi(file);
    must(problem === null || routes.length === 0, 'it has a problem and routes');
    must(routes.length <= 2000 && (problem ?? '').length <= 1000, 'it is not bounded');
  },
};

const systemd: Parser<readonly [string, string]> = {
  name: "systemd's environment",
  inputs: fc.tuple(
    ...[['30000000'], ['411']].map((it) =>
      texts(['0', '1', '9', '-', ' ', 'e', '9'.repeat(15), '\n'], it),
    ),
  ) as never,
  parse: ([usec, pid]) => {
    const limitMs = watchdogMs({
      environment: { WATCHDOG_USEC: usec, WATCHDOG_PID: pid },
      pid: 411,
    });
    must(limitMs === null || (limitMs >= 1 && limitMs / 2 < TIMER_MAX_MS), 'no timer can ring so');
  },
};

export const CONTROL_PARSERS = { requests, requestBodies, openapi, systemd };

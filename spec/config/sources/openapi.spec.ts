import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { loadSettings } from '../../../config/load.ts';
import { type OpenApiFile, readOpenApi } from '../../../config/sources/openapi.ts';
import { withTempFolder } from '../../support/temp-folder.ts';

const YAML = `
openapi: 3.0.3
servers:
  - url: https://{host}.example.org/v1/
  - url: /v1
paths:
  /items/{itemId}: &item
    summary: one item
    parameters: []
    get: { responses: {} }
    delete: { responses: {} }
  /items/new: { get: {} }
  /old/{id}: *item
  /elsewhere: { $ref: other.yaml }
  /reports/{name}.{format}: { get: }
  x-internal: { get: {} }
`;

describe('an OpenAPI file', () => {
  it('fixes endpoints by its paths and methods, below the path of its servers', async () => {
    const { routes, problem } = await read(YAML);
    expect(problem).to.equal(null);
    expect(routes).to.deep.equal([
      'GET /v1/items/new',
      '/v1/elsewhere',
      'GET /v1/items/{itemId}',
      'DELETE /v1/items/{itemId}',
      'GET /v1/old/{id}',
      'DELETE /v1/old/{id}',
      'GET /v1/reports/{name}.{format}',
    ]);
  });

  it('may be JSON, of version 2 as well, with or without a path of its servers', async () => {
    const paths = { '/a': { get: {}, post: {} } };
    const routesOf = async (document: object) => (await read(JSON.stringify(document))).routes;
    const both = (base: string) => [`GET ${base}/a`, `POST ${base}/a`];
    expect(await routesOf({ swagger: '2.0', basePath: '/v2', paths })).to.deep.equal(both('/v2'));
    expect(await routesOf({ openapi: '3.1.0', paths })).to.deep.equal(both(''));
    for (const [url, base] of [
      ['https://example.org', ''],
      ['/', ''],
      ['//example.org:8080/x/y/', '/x/y'],
      ['v3', '/v3'],
      ['https://example.org/{tenant}', '/{tenant}'],
    ] as const) {
      expect(await routesOf({ openapi: '3.1.0', servers: [{ url }], paths })).to.deep.equal(
        both(base),
      );
    }
  });

  const BROKEN: readonly (readonly [what: string, text: string | Buffer, rule: RegExp])[] = [
    ['broken yaml', 'openapi: 3\npaths:\n  /a: {get: [}\n', /^line 3: is not valid: /],
    ['broken JSON', '{"openapi":"3.0.0",\n"paths":{,}}', /^line 2: is not valid: /],
    ['another file', 'port: 8080\n', /neither "openapi" nor "swagger"/],
    ['a list', '[1]', /neither "openapi" nor "swagger"/],
    ['nothing', '', /neither "openapi" nor "swagger"/],
    ['no paths', 'openapi: 3.1.0\n', /no map of "paths"/],
    ['paths that are a list', '{"openapi":"3.1.0","paths":[]}', /no map of "paths"/],
    ['a relative path', withPath('items'), /has the path "items", which does not begin with "\/"/],
    ['half a parameter', withPath('/a/{id'), /"\/a\/\{id", which has an unmatched/],
    ['a query', withPath('/a?b=c'), /"\/a\?b=c", which has a path with a space, "\?" or "#"/],
    ['a long path', withPath(`/${'a'.repeat(1000)}`), /longer than 1000 characters/],
    ['too many paths', withPaths(2001), /more than 2000 paths and methods/],
    ['too many bytes', 'a'.repeat(2 * 1024 * 1024 + 1), /larger than 2097152 bytes/],
    ['no text', Buffer.from([0x7b, 0xff]), /not UTF-8/],
    ['deep nesting', '['.repeat(100_000), /nested too deep|not valid/],
    ['multiplied aliases', aliases(), /aliases too often/],
  ];
  for (const [what, text, rule] of BROKEN) {
    it(`cannot be used with ${what}, and says so`, async () => {
      const { routes, problem } = await read(text);
      expect(routes).to.deep.equal([]);
      expect(problem).to.match(rule);
    });
  }

  it('never throws, whatever is in it', async () => {
    await withTempFolder(async (folder) => {
      const file = join(folder, 'api.yaml');
      const texts = fc.oneof(
        fc.string(),
        fc.json().map((text) => `{"openapi":"3.1.0","paths":${text}}`),
        fc.string().map((path) => JSON.stringify({ openapi: '3', paths: { [`/${path}`]: {} } })),
      );
      await fc.assert(
        fc.asyncProperty(texts, async (text) => {
          await writeFile(file, text);
          const { problem, routes } = readOpenApi(file);
          expect(problem === null || routes.length === 0).to.equal(true);
        }),
      );
    });
  });

  it('is named with its setting when it cannot be used, and goes after routes when it can', async () => {
    await withTempFolder(async (base) => {
      const flags = { port: '8080', identifier: 'shop', routes: 'GET /mine/{id}' };
      const load = () =>
        loadSettings({ base, flags: { ...flags, openapi: 'api.yaml' }, environment: {} });
      expect(load).to.throw(/openapi +"api\.yaml" does not exist/);
      await writeFile(join(base, 'api.yaml'), 'openapi: 3.1.0\npaths: {a: }\n');
      expect(load).to.throw(/openapi +"api\.yaml" has the path "a", which does not begin with/);
      await writeFile(join(base, 'api.yaml'), YAML);
      const { settings } = load();
      expect(settings.routes.slice(0, 2)).to.deep.equal(['GET /mine/{id}', 'GET /v1/items/new']);
      expect(settings.openapi?.file).to.equal(join(base, 'api.yaml'));
    });
  });
});

// Private

async function read(content: string | Buffer): Promise<OpenApiFile> {
  let found: OpenApiFile | null = null;
  await withTempFolder(async (folder) => {
    const file = join(folder, 'api.yaml');
    await writeFile(file, content);
    found = readOpenApi(file);
  });
  if (found === null) throw new Error('unreachable');
  return found;
}

function withPath(path: string): string {
  return JSON.stringify({ openapi: '3.1.0', paths: { [path]: { get: {} } } });
}

function withPaths(count: number): string {
  const paths = Array.from({ length: count }, (_, index) => [`/${index}`, { get: {} }]);
  return JSON.stringify({ openapi: '3.1.0', paths: Object.fromEntries(paths) });
}

/** Ten of ten of ten …: a small file of a billion values. */
function aliases(): string {
  const lines = Array.from({ length: 9 }, (_, index) => {
    const before = index === 0 ? 'x' : `*a${index - 1}`;
    return `a${index}: &a${index} [${Array(10).fill(before).join(', ')}]`;
  });
  return `openapi: 3.1.0\n${lines.join('\n')}\npaths: {}\n`;
}

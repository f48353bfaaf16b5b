import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { BadRequestError } from '../../../../lib/errors.ts';
import { openApiOf } from '../../../../lib/operator/api/openapi.ts';
import { renderApiPage } from '../../../../lib/operator/api/page.ts';
import {
  anyText,
  count,
  readRequest,
  requiredText,
  text,
} from '../../../../lib/operator/api/parameters.ts';
import { ROUTE_LIST } from '../../../../lib/operator/api/routes.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..', '..', '..', '..');

interface Operation {
  readonly operationId: string;
  readonly security: unknown;
  readonly parameters?: readonly {
    readonly name: string;
    readonly required: boolean;
    readonly schema: Readonly<Record<string, unknown>>;
  }[];
  readonly requestBody?: {
    readonly content: {
      readonly 'application/json': {
        readonly schema: { readonly required: readonly string[]; readonly properties: object };
      };
    };
  };
  readonly responses: { readonly 200: { readonly content: object } };
}

describe('the routes of the control API', () => {
  it('are each declared once', () => {
    const names = ROUTE_LIST.map((route) => [route.method, route.path, route.selectedBy].join(' '));
    expect(new Set(names).size).to.equal(names.length);
  });

  it('are those of docs/api.md (npm run docs)', () => {
    const page = readFileSync(join(REPOSITORY, 'docs', 'api.md'), 'utf8');
    expect(page).to.equal(renderApiPage());
  });
});

describe('the OpenAPI description of the control API', () => {
  const document = JSON.parse(JSON.stringify(openApiOf(ROUTE_LIST))) as {
    openapi: string;
    paths: Record<string, Record<string, Operation>>;
  };
  const operationOf = (path: string, method: string): Operation => {
    const operation = document.paths[path]?.[method];
    if (operation === undefined) throw new Error(`${method} ${path} is not described`);
    return operation;
  };

  it('is docs/openapi.json (npm run docs)', () => {
    const file = readFileSync(join(REPOSITORY, 'docs', 'openapi.json'), 'utf8');
    expect(JSON.parse(file)).to.deep.equal(document);
  });

  it('has every route, and every parameter of it with its type', () => {
    const ids = new Set<string>();
    for (const { method, path, request } of ROUTE_LIST) {
      const operation = operationOf(path, method.toLowerCase());
      ids.add(operation.operationId);
      const body = operation.requestBody?.content['application/json'].schema;
      const inBody = Object.keys(body?.properties ?? {});
      const inQuery = (operation.parameters ?? []).map(({ name }) => name);
      expect([...inBody, ...inQuery], path).to.include.members(Object.keys(request));
      for (const { name, schema } of operation.parameters ?? []) {
        expect(schema['type'], name).to.match(/^(?:string|integer|boolean)$/);
      }
    }
    expect(ids.size).to.equal(Object.values(document.paths).flatMap(Object.keys).length);
  });

  it('says what needs the token, what is required, and that a stream is one', () => {
    expect(operationOf('/v1/status', 'get').security).to.deep.equal([{}, { token: [] }]);
    expect(operationOf('/v1/promote', 'post').security).to.deep.equal([{ token: [] }]);
    const body = operationOf('/v1/promote', 'post').requestBody?.content['application/json'].schema;
    expect(body?.required).to.deep.equal(['by']);
    const sample = operationOf('/v1/differences', 'get').parameters?.find(
      ({ name }) => name === 'sample',
    );
    expect(sample?.required, 'only one of its two routes needs it').to.equal(false);
    expect(operationOf('/v1/events', 'get').responses[200].content).to.have.property(
      'text/event-stream',
    );
  });
});

describe('the parameters of a request', () => {
  const shape = {
    by: requiredText('who asks'),
    version: text('a version'),
    path: anyText('a search'),
    limit: count('the newest', 100),
  };
  const read = (values: Readonly<Record<string, unknown>>) =>
    readRequest(shape, (name) => values[name]);

  it('are read by name; unknown ones, null and absent ones are left out', () => {
    expect(read({ by: 'ann', path: '', limit: '7', more: 1 })).to.deep.equal({
      by: 'ann',
      path: '',
      limit: 7,
    });
    expect(read({ by: 'ann', version: null })).to.deep.equal({ by: 'ann' });
  });

  it('keep a number within its limit', () => {
    expect(read({ by: 'ann', limit: '5000' }).limit).to.equal(100);
  });

  const wrong: readonly (readonly [values: Record<string, unknown>, message: string])[] = [
    [{}, '"by" is missing: who asks'],
    [{ by: '' }, '"by" must be a text of 1 to 1000 characters'],
    [{ by: 'ann', version: 7 }, '"version" must be a text'],
    [{ by: 'ann', version: 'x'.repeat(1001) }, '"version" must be a text'],
    [{ by: 'ann', limit: '0' }, 'limit "0" must be a whole number from 1 to 100'],
    [{ by: 'ann', limit: '1e3' }, 'limit "1e3" must be'],
  ];
  for (const [values, message] of wrong) {
    it(`are rejected with: ${message}`, () => {
      expect(() => read(values)).to.throw(BadRequestError, message);
    });
  }
});

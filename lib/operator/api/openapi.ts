import type { Route } from './route.ts';

type Json = Readonly<Record<string, unknown>>;

const DESCRIPTION =
  'The control API of a running Vili, on the socket BASE/.vili/vili.sock for its owner and, where admin.listen is set, over ' +
  'TCP. Fields may be added to responses, never renamed.';
const PROBLEM: Json = {
  description: 'The request was refused or failed',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};
/** RFC 9457, with the stable code of the error. */
const PROBLEM_SCHEMA: Json = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string', const: 'about:blank' },
    title: { type: 'string', description: 'the name of the status' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'one sentence for people' },
    code: { type: 'string', pattern: '^VILI_[A-Z_]+$', description: 'stable, for programs' },
  },
};

/** OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0) of these routes; those of the same path and method become one operation. */
export function openApiOf(routes: readonly Route[]): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const method = route.method.toLowerCase();
    const path = (paths[route.path] ??= {});
    if (path[method] !== undefined) continue;
    const same = routes.filter((it) => it.path === route.path && it.method === route.method);
    path[method] = operationOf(same);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Vili', version: '1', description: DESCRIPTION },
    servers: [{ url: 'http://127.0.0.1:9600', description: 'with admin.listen=127.0.0.1:9600' }],
    paths,
    components: {
      schemas: { Problem: PROBLEM_SCHEMA },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'admin.token; none on the socket' },
      },
    },
  };
}

/** The same, made when it is first asked for: the routes stay as they are. */
export function onceOpenApi(routes: () => readonly Route[]): () => Promise<Json> {
  let known: Json | null = null;
  return () => Promise.resolve((known ??= openApiOf(routes())));
}

// Private

function operationOf(routes: readonly Route[]): Json {
  const [first] = routes;
  if (first === undefined) throw new Error('an operation has a route');
  const isOpen = routes.every((route) => route.isOpen === true);
  const name = first.path.replace(/^\/(v1\/)?/, '').replaceAll(/[^a-z]+(.)?/gi, '_$1');
  return {
    operationId: `${first.method.toLowerCase()}_${name}`,
    summary: routes.map(summaryOf).join('; '),
    security: isOpen ? [{}, { token: [] }] : [{ token: [] }],
    ...(first.method === 'GET' ? { parameters: queryOf(routes) } : { requestBody: bodyOf(first) }),
    responses: {
      200: { description: routes.map(({ doc }) => doc).join('; or '), content: contentOf(routes) },
      default: PROBLEM,
    },
  };
}

function summaryOf({ doc, selectedBy }: Route): string {
  return selectedBy === undefined ? doc : `with ${selectedBy}: ${doc}`;
}

/** What selects one of several routes is required by that one only. */
function queryOf(routes: readonly Route[]): readonly Json[] {
  const found = new Map<string, Json>();
  for (const { request } of routes) {
    for (const [name, { doc, required, schema }] of Object.entries(request)) {
      const isRequired = required && routes.length === 1;
      found.set(name, { name, in: 'query', required: isRequired, description: doc, schema });
    }
  }
  return [...found.values()];
}

function bodyOf({ request }: Route): Json {
  const properties = Object.entries(request).map(([name, { doc, schema }]) => [
    name,
    { ...schema, description: doc },
  ]);
  const required = Object.entries(request).flatMap(([name, it]) => (it.required ? [name] : []));
  const schema = { type: 'object', required, properties: Object.fromEntries(properties) };
  return { required: required.length > 0, content: { 'application/json': { schema } } };
}

function contentOf(routes: readonly Route[]): Json {
  return Object.fromEntries(routes.flatMap(typesOf).map((type) => [type, { schema: {} }]));
}

function typesOf(route: Route): readonly string[] {
  if ('subscribe' in route) return ['text/event-stream'];
  if ('file' in route) return route.contentTypes;
  return ['text' in route ? route.contentType : 'application/json'];
}

import type { SchemaSettings } from './schema.ts';

/** Every setting, checked. Read once by main and handed down in parts. */
export interface Settings extends Omit<SchemaSettings, 'openapi'> {
  /** `GET /items/{id}` or `/items/{id}`, those of `openapi` last. */
  readonly routes: readonly string[];
  /** The absolute path of the OpenAPI file and the routes found there; null for none. */
  readonly openapi: { readonly file: string; readonly routes: readonly string[] } | null;
}

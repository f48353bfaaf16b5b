import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiOf } from './openapi.ts';
import { renderApiPage } from './page.ts';
import { ROUTE_LIST } from './routes.ts';

/** Run by `npm run docs`: writes what is made from the routes. */
const docs = join(import.meta.dirname, '..', '..', '..', '..', 'docs');
writeFileSync(join(docs, 'api.md'), renderApiPage());
writeFileSync(join(docs, 'openapi.json'), `${JSON.stringify(openApiOf(ROUTE_LIST), null, 2)}\n`);

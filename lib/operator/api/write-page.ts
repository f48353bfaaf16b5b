import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderApiPage } from './page.ts';

/** Run by `npm run docs`: writes the page that is made from the routes. */
writeFileSync(join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'api.md'), renderApiPage());

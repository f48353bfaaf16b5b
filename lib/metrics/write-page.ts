import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderMetricsPage } from './page.ts';

/** Run by `npm run docs`: writes what is made from the declarations. */
const docs = join(import.meta.dirname, '..', '..', '..', 'docs');
writeFileSync(join(docs, 'metrics.md'), renderMetricsPage());

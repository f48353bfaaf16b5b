import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderManPage } from './render.ts';

/** Run by `npm run docs`: writes the manual page of the command line. */
const folder = join(import.meta.dirname, '..', '..', '..', '..', 'packaging', 'man');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'vili.1'), renderManPage());

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderManual } from './man.ts';
import { renderExample, renderReference } from './reference.ts';

/** Run by `npm run docs`: writes the pages that are made from the schema. */
const repository = join(import.meta.dirname, '..', '..');

mkdirSync(join(repository, 'docs'), { recursive: true });
writeFileSync(join(repository, 'docs', 'configuration.md'), renderReference());
writeFileSync(join(repository, 'config', 'vili.yaml'), renderExample());
mkdirSync(join(repository, 'packaging', 'man'), { recursive: true });
writeFileSync(join(repository, 'packaging', 'man', 'vili.yaml.5'), renderManual());

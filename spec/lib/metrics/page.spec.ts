import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { renderMetricsPage } from '../../../lib/metrics/page.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..', '..', '..');

describe('The page of metrics', () => {
  it('is docs/metrics.md (npm run docs)', () => {
    const page = readFileSync(join(REPOSITORY, 'docs', 'metrics.md'), 'utf8');
    expect(page).to.equal(renderMetricsPage());
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { BadRequestError } from '../../../../lib/errors.ts';
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

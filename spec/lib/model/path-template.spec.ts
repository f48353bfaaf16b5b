import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  compileCaptures,
  compileTemplate,
  pathOf,
  placeholdersOf,
  templateParts,
  templateProblem,
  withoutEndSlashes,
} from '../../../lib/model/path-template.ts';

/** Template, path, and what the placeholders match; null when the path does not match. */
const CASES: readonly (readonly [string, string, readonly string[] | null])[] = [
  ['/items', '/items', []],
  ['/items', '/items/', null],
  ['/items/{id}', '/items/7', ['7']],
  ['/items/{id}', '/items/7/parts', null],
  ['/items/{id}', '/items/', null],
  ['/reports/{name}.{format}', '/reports/may.pdf', ['may', 'pdf']],
  ['/files/*', '/files/a/b', ['a/b']],
  ['/files/*', '/files/', ['']],
  ['*/health', '/a/b/health', ['/a/b']],
  ['/a.b', '/a-b', null],
  ['/a(b)|c', '/a(b)|c', []],
];

describe('a path without the slashes at its end', () => {
  it('keeps all others', () => {
    for (const [path, left] of [
      ['/a//b///', '/a//b'],
      ['//a', '//a'],
      ['///', ''],
      ['', ''],
    ] as const) {
      expect(withoutEndSlashes(path), path).to.equal(left);
    }
  });
});

describe('a path template', () => {
  it('matches whole paths, a parameter one segment and a star anything', () => {
    for (const [template, path, captured] of CASES) {
      const what = `${template} with ${path}`;
      expect(compileTemplate(template)(path), what).to.equal(captured !== null);
      expect(compileCaptures(template)(path), what).to.deep.equal(captured);
    }
  });

  it('matches the path that it becomes with its placeholders filled in', () => {
    const part = fc.oneof(fc.constantFrom('{id}', '*', '.', '/'), fc.stringMatching(/^[\w+$]*$/));
    const template = fc.array(part, { maxLength: 6 }).map((parts) => `/${parts.join('')}`);
    fc.assert(
      fc.property(template, fc.stringMatching(/^\w{1,4}$/), (text, value) => {
        const path = templateParts(text)
          .map((literal, index) => (index % 2 === 0 ? literal : value))
          .join('');
        expect(compileTemplate(text)(path)).to.equal(true);
        expect(compileCaptures(text)(path)).to.have.length(placeholdersOf(text).length);
      }),
    );
  });

  it('begins with a slash and has no query, no unmatched brace and at most four stars', () => {
    expect(templateProblem('/items/{id}/*')).to.equal(null);
    expect(templateProblem('items')).to.contain('does not begin with "/"');
    for (const path of ['/a b', '/a?b', '/a#b', '/\u00e9']) {
      expect(templateProblem(path), path).to.contain('"?" or "#"');
    }
    for (const path of ['/{id', '/id}', '/{a/b}', '/{{id}}']) {
      expect(templateProblem(path), path).to.contain('unmatched');
    }
    expect(templateProblem('/*/*/*/*/*')).to.equal('has more than 4 "*"');
  });
});

describe('the path of a request target', () => {
  it('is what precedes the query', () => {
    expect(pathOf('/a/b?c=d?e')).to.equal('/a/b');
    expect(pathOf('/a/b')).to.equal('/a/b');
  });
});

import { expect } from 'chai';
import * as fc from 'fast-check';
import { parseHtml } from '../../../../lib/compare/content/html/parse.ts';
import { foundBetween, typed } from '../../../support/contents.ts';

const PAGE = `<!doctype html><html><head><title>Sign in</title>
<meta name="csrf-token" content="tok1"><link rel="stylesheet" href="/app-3f9a2c1b.css">
<script src="/app-3f9a2c1b.js"></script></head><body class="light">
<header><nav><a href="/">Home</a> <a href="/cart">Cart</a> <a href="/items/red-shoe">Shoe</a></nav></header>
<main><h1>Welcome</h1><p>Please <b>sign in</b>.</p>
<form action="/login" method="post"><input type="hidden" name="csrf" value="tok1">
<label>Name <input name="user"></label><input type="password" name="pass">
<select name="lang"><option value="en">English<option value="de">Deutsch</select><button>Go</button></form>
<ul><li>one<li>two<li>three</ul></main><footer>since 2019</footer></body></html>`;

describe('the comparison of pages', () => {
  it('finds nothing where only looks changed: wrappers, classes, decoration, file names, spaces', () => {
    const restyled = PAGE.replace('class="light"', 'class="dark" style="x"')
      .replaceAll('3f9a2c1b', 'DiwrgTda')
      .replace('<main>', '<main><div class="css-1x2y"><div>')
      .replace('</main>', '</div></div>\n\n</main>')
      .replace('<b>sign in</b>', '<strong><span>sign  in</span></strong>');
    expect(changes(PAGE, restyled)).to.deep.equal([]);
  });

  const LOST: readonly (readonly [what: string, html: string | RegExp, path: string])[] = [
    [
      'a form field',
      '<input type="hidden" name="csrf" value="tok1">',
      'html: form[action=/login] input[name=csrf]',
    ],
    ['a form', /<form.*<\/form>/s, 'html: form[action=/login]'],
    [
      'an option',
      '<option value="de">Deutsch',
      'html: form[action=/login] select[name=lang] option',
    ],
    ['a link', '<a href="/cart">Cart</a>', 'html: header a[href=/cart]'],
    ['a heading', '<h1>Welcome</h1>', 'html: main h1'],
    ['a landmark', /<footer>.*<\/footer>/, 'html: footer'],
    ['the title', '<title>Sign in</title>', 'html: title'],
    ['an element of a list', '<li>two', 'html: main ul li'],
    ['every script', /<script.*<\/script>/, 'html: script[src]'],
    ['a paragraph', /<p>.*<\/p>/, 'html: main p'],
  ];
  for (const [what, html, path] of LOST) {
    it(`counts ${what} that is missing`, () => {
      const found = foundBetween(
        typed('text/html', PAGE),
        typed('text/html', PAGE.replace(html, '')),
      );
      expect(found.differences.map((it) => `${it.kind} ${it.path}`)).to.include(`missing ${path}`);
      expect(found.differs).to.equal(true);
    });
  }

  it('tells what is inside of something missing only once', () => {
    const lost = changes(PAGE, PAGE.replace(/<form.*<\/form>/s, ''));
    expect(lost).to.deep.equal(['missing html: form[action=/login]']);
  });

  it('counts a page without any text', () => {
    const blank = '<!doctype html><html><head><title>Sign in</title></head><body></body></html>';
    const found = foundBetween(typed('text/html', PAGE), typed('text/html', blank));
    expect(found.differs).to.equal(true);
    expect(found.differences.map(({ path }) => path)).to.include('html: text');
    for (const empty of ['', ' \n', '<html></html>']) {
      expect(foundBetween(typed('text/html', PAGE), typed('text/html', empty)).differs).to.equal(
        true,
      );
    }
  });

  it('reports other texts and values, which count only where values do', () => {
    const other = PAGE.replaceAll('tok1', 'tok2').replace('Welcome', 'Hello');
    expect(changes(PAGE, other)).to.deep.equal([
      'value html: form[action=/login] input[name=csrf] value',
      'value html: main h1 text',
      'value html: meta[csrf-token]',
    ]);
    expect(foundBetween(typed('text/html', PAGE), typed('text/html', other)).differs).to.equal(
      false,
    );
    const values = { values: 'block' } as const;
    expect(
      foundBetween(typed('text/html', PAGE), typed('text/html', other), values).differs,
    ).to.equal(true);
  });

  it('counts a field of another type', () => {
    const shown = PAGE.replace('type="password"', 'type="text"');
    expect(changes(PAGE, shown)).to.deep.equal(['type html: form[action=/login] input[name=pass]']);
  });

  it('takes links into one folder as one kind, whose number counts', () => {
    const list = (...names: string[]) =>
      `<ul>${names.map((name) => `<li><a href="/items/${name}">x</a>`).join('')}</ul>`;
    expect(changes(list('a', 'b'), list('c', 'd'))).to.deep.equal(['value html: a[href=/items/…]']);
    expect(changes(list('a', 'b'), list('a'))).to.include('missing html: a[href=/items/…]');
  });

  it('recognises a page without a type, and another kind of content in its place', () => {
    expect(changes(PAGE, PAGE.replace('<h1>Welcome</h1>', ''), '')).to.include(
      'missing html: main h1',
    );
    const found = foundBetween(typed('text/css', 'a{}'), typed('text/html', PAGE));
    expect(found.differences[0]).to.deep.equal({
      kind: 'type',
      path: '$',
      running: 'a style sheet',
      testing: 'HTML',
    });
  });

  it('reads hostile pages in bounded time: depth, attributes, formatting, tables', function () {
    this.timeout(20_000);
    const size = 262_144;
    const attributes = Array.from({ length: 20_000 }, (_, index) => `a${index}`).join(' ');
    for (const page of [
      '<b>'.repeat(size / 3),
      '<div>'.repeat(size / 5),
      '<table>'.repeat(size / 7),
      `<p ${attributes}>`,
      '<b a=1><p>'.repeat(size / 10),
      Array.from({ length: 8000 }, (_, index) => `<b a${index}>`).join('<p>'),
      '<a><b></a>'.repeat(size / 10),
      '<select><option>'.repeat(size / 16),
      '<svg><math>'.repeat(size / 11),
      '&lt;'.repeat(size / 4),
      '<!--'.repeat(size / 4),
    ]) {
      const beganAt = process.cpuUsage();
      foundBetween(typed('text/html', page), typed('text/html', `${page}<h1>x</h1>`));
      const { user, system } = process.cpuUsage(beganAt);
      expect((user + system) / 1000, page.slice(0, 20)).to.be.lessThan(3000);
    }
  });

  it('accepts any text as a page, and finds no difference between a page and itself', () => {
    const piece = fc.constantFrom(
      '<p>',
      '</p>',
      '<form>',
      '<table>',
      '<td>',
      'x',
      '<a href="?a=1">',
      '<svg>',
      '</body>',
      '<input name=a>',
      '<template>',
      '<!doctype html>',
      '&amp',
      '<title>',
      '<select>',
      '<option>',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.string(), (pieces, text) => {
        const page = pieces.join('') + text;
        parseHtml(page);
        expect(changes(page, page)).to.deep.equal([]);
      }),
    );
  });
});

// Private

function changes(running: string, testing: string, type = 'text/html; charset=utf-8'): string[] {
  // Another order of bytes, so that equal pages are read at all.
  const found = foundBetween(typed(type, running), typed(type, `${testing}\n`));
  return found.differences.map(({ kind, path }) => `${kind} ${path}`).sort();
}

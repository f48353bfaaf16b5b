import { expect } from 'chai';
import { createMask } from '../../../../lib/compare/mask/mask.ts';

const HTML = ['content-type', 'text/html'];
const mask = createMask({ headers: [], paths: [] });
const masked = (html: string): string => mask.body(HTML, Buffer.from(html))?.text ?? '';

describe('A credential that another cell of a page names', () => {
  it('is masked beside its name, and below the head of its column', () => {
    expect(masked('<tr><td>Password:</td><td>hunter2</td><td>bob</td></tr>')).to.equal(
      '<tr><td>Password:</td><td>[masked]</td><td>bob</td></tr>',
    );
    const rows = (secrets: readonly string[]): string =>
      `<table><tr><th>User</th><th>API key</th><th>Seen</th></tr>${secrets
        .map((secret, at) => `<tr><td>user ${at}</td><td>${secret}</td><td>today</td></tr>`)
        .join('')}</table>`;
    expect(masked(rows(['first', 'second']))).to.equal(rows(['[masked]', '[masked]']));
  });

  it('leaves the other tables, rows and columns of the page readable', () => {
    for (const html of [
      '<table><tr><th>Password</th></tr></table><table><tr><th>City</th></tr><tr><td>Oslo</td></tr></table>',
      '<tr><th>Password</th><th>City</th></tr><tr><th>Oslo</th></tr>',
      '<dl><dt>City</dt><dd>Oslo</dd></dl>',
      '<tr><td>The password is sent by letter, once</td><td>Oslo</td></tr>',
    ])
      expect(masked(html)).to.equal(html);
  });
});

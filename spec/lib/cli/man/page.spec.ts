import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { renderManual } from '../../../../config/man.ts';
import { KNOWN_KEYS } from '../../../../config/sources/keys.ts';
import { renderManPage } from '../../../../lib/cli/man/render.ts';
import { run } from '../run-support.ts';

const FOLDER = join(import.meta.dirname, '..', '..', '..', '..', '..', 'packaging', 'man');

describe('The manual pages', () => {
  it('are those that npm run docs writes', () => {
    expect(readFileSync(join(FOLDER, 'vili.1'), 'utf8')).to.equal(renderManPage());
    expect(readFileSync(join(FOLDER, 'vili.yaml.5'), 'utf8')).to.equal(renderManual());
  });

  it('have every command with an example, and every setting', async () => {
    const page = renderManPage();
    const { stdout } = await run(['--help']);
    const names = [...stdout.matchAll(/^ {2}([a-z][a-z-]+)\b/gm)].map(([, name = '']) => name);
    expect(names.length).to.be.above(20);
    const parts = page.split('\n.TP\n');
    for (const name of names.filter((one) => one !== 'help')) {
      const at = parts.findIndex((part) =>
        part.startsWith(`\\fB${name.replaceAll('-', '\\-')}\\fR`),
      );
      expect(at, name).to.be.at.least(0);
    }
    expect(page.match(/^\.nf$/gm)?.length).to.equal(names.filter((one) => one !== 'help').length);
    const manual = renderManual();
    for (const { key } of KNOWN_KEYS)
      expect(manual).to.contain(`\\fB${key.replaceAll('-', '\\-')}\\fR`);
  });

  it('are read by groff without a warning, within 80 columns (skipped without groff)', function () {
    for (const [text, ...wanted] of [
      [renderManPage(), 'vili status --all /srv/*', 'EXIT STATUS', 'run-bare'],
      [renderManual(), 'verdict.deadline', 'default: 24h'],
    ] as const) {
      const { status, stdout, stderr, error } = spawnSync(
        'groff',
        ['-man', '-Tutf8', '-Kutf8', '-ww', '-P-cbou', '-rLL=79n'],
        { input: text, encoding: 'utf8', maxBuffer: 16_777_216 },
      );
      if (error !== undefined) this.skip();
      expect([status, stderr]).to.deep.equal([0, '']);
      const plain = stdout.replaceAll('‐', '-');
      for (const words of wanted) expect(plain).to.contain(words);
    }
  });
});

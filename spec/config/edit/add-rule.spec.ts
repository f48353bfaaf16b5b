import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { addRule } from '../../../config/edit/add-rule.ts';
import { ignoreRule } from '../../../config/edit/ignore-rule.ts';
import { loadSettings } from '../../../config/load.ts';
import { withTempFolder } from '../../support/temp-folder.ts';

const RULE = 'GET /items/{id} ignore $.price';
const ENV = '# my settings\r\nidentifier=shop\nport=8080\n';
const NEEDED = { VILI_IDENTIFIER: 'shop', VILI_PORT: '8080', VILI_HOST: '127.0.0.1' };

interface Files {
  readonly env?: string;
  readonly yaml?: string;
  readonly variables?: NodeJS.ProcessEnv;
}

/** Adds the rule, writes the file, and returns what was written and the rules that are read back. */
async function added({ env, yaml, variables = {} }: Files, rule = RULE) {
  return withTempFolder(async (base) => {
    if (env !== undefined) await writeFile(join(base, '.env'), env);
    if (yaml !== undefined) await writeFile(join(base, 'vili.yaml'), yaml);
    const sources = { base, flags: {}, environment: { ...NEEDED, ...variables } };
    const edited = addRule(sources, rule, 'added by ann@host, 2026-01-01: noise');
    await writeFile(join(base, edited.file), edited.text);
    const { settings } = loadSettings(sources);
    const text = await readFile(join(base, edited.file), 'utf8');
    const rules = settings.compare.rules.map(({ endpoint, path, action }) => {
      return `${endpoint ?? '*'} ${action} ${path}`;
    });
    return { ...edited, text, rules };
  });
}

describe('a rule that is added to a settings file', () => {
  it('is in a new last line where there are none, and the rest is the same byte for byte', async () => {
    const { file, text, rules, line, before, after } = await added({ env: ENV });
    expect(file).to.equal('.env');
    expect(text).to.equal(
      `${ENV}# added by ann@host, 2026-01-01: noise\ncompare_rules='${RULE}'\n`,
    );
    expect(rules).to.deep.equal([RULE]);
    expect([line, before]).to.deep.equal([5, null]);
    expect(text.endsWith(`${after}\n`)).to.equal(true);
  });

  it('joins the rules of the line that counts', async () => {
    const env = `${ENV}compare_rules="* ignore $.a"\nmirror_sample=10%`;
    const { text, rules, before } = await added({ env });
    expect(rules).to.deep.equal(['* ignore $.a', RULE]);
    expect(before).to.equal('compare_rules="* ignore $.a"');
    expect(
      text
        .replace(/# added.*\n/, '')
        .replace(`; ${RULE}'`, '"')
        .replace("'", '"'),
    ).to.equal(env);
  });

  it('follows rules that span lines', async () => {
    const env = `${ENV}compare_rules="* ignore $.a\n* ignore $.b"\n`;
    const { text, rules } = await added({ env });
    expect(rules).to.deep.equal(['* ignore $.a', '* ignore $.b', RULE]);
    expect(text.startsWith(env)).to.equal(true);
  });

  it('is in vili.yaml where that has the rules, as a list, a text, nested or not', async () => {
    for (const yaml of [
      'compare:\n  rules:\n    - "* ignore $.a" # why\n  max_depth: 50\n',
      'compare:\n  rules: "* ignore $.a"\n  max_depth: 50\n',
      'compare.rules: "* ignore $.a"\ncompare.max_depth: 50\n',
      'compare:\n  max_depth: 50\n  rules:\n  - "* ignore $.a"',
    ]) {
      const { file, text, rules } = await added({ yaml, env: ENV });
      expect(file, yaml).to.equal('vili.yaml');
      expect(rules, yaml).to.deep.equal(['* ignore $.a', RULE]);
      expect(text).to.contain('# added by ann@host').and.contain('max_depth: 50');
    }
  });

  it('is in vili.yaml where there is one and nobody has rules', async () => {
    const yaml = 'compare:\n  max_depth: 50\n';
    const { file, text, rules } = await added({ yaml });
    expect(file).to.equal('vili.yaml');
    expect(text.startsWith(yaml)).to.equal(true);
    expect(rules).to.deep.equal([RULE]);
  });

  it('is where it takes effect: .env outranks vili.yaml', async () => {
    const yaml = 'compare:\n  rules: "* ignore $.a"\n';
    const { file, rules } = await added({ yaml, env: `${ENV}compare_rules='* ignore $.b'\n` });
    expect(file).to.equal('.env');
    expect(rules).to.deep.equal(['* ignore $.b', RULE]);
  });

  it('is refused where the environment outranks both, and where it is there already', async () => {
    const refused = async (files: Files): Promise<string> =>
      added(files).then(
        () => 'added',
        (error: Error) => error.message,
      );
    expect(
      await refused({ env: ENV, variables: { VILI_COMPARE_RULES: '* ignore $.a' } }),
    ).to.contain('outranks both files');
    expect(await refused({ env: `${ENV}compare_rules='${RULE}'\n` })).to.contain('already');
  });

  it('can be a header, and a place in a page', async () => {
    for (const path of ['header:etag', 'html: main h1', '$["a b"]', '$..x[].y']) {
      const rule = ignoreRule({ path });
      const { rules } = await added({ env: ENV }, rule);
      expect(rules, path).to.have.lengthOf(1);
    }
  });

  it('is never anything but one rule', () => {
    for (const path of [
      '',
      'price',
      '$.a; * ignore $',
      '$.a\nport=1',
      '$.a ignore',
      "header:x'y z",
      '$.' + 'x'.repeat(600),
      '$["\u0000"]',
    ]) {
      expect(() => ignoreRule({ path }), path).to.throw(/cannot be a rule/);
    }
    expect(() => ignoreRule({ path: '$.a', endpoint: 'GET /a; * ignore $' })).to.throw(/semicolon/);
    expect(() => ignoreRule({ path: '$.a', endpoint: 'everything' })).to.throw(/cannot be a rule/);
  });
});

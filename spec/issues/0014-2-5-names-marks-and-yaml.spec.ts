import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { loadSettings } from '../../config/load.ts';
import { messageOf } from '../../lib/errors.ts';
import { reportMarkdown } from '../../lib/evaluation/report/markdown.ts';
import type { Report } from '../../lib/evaluation/report/report.ts';
import { openJournal } from '../../lib/journal/journal.ts';
import { visibleJson } from '../../lib/text/hidden.ts';
import { REPORT } from '../lib/operator/report-view.ts';
import { withWorld } from '../support/daemon-world.ts';
import { withTempFolder } from '../support/temp-folder.ts';

/** Shows `gnp.exe` as `exe.png`. */
const REVERSED = '\u202egnp.exe\u2066\u200b';
const MARKS = /[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/;

function reportWith(text: string): Report {
  const reason = { code: 'errors', endpoint: null, text, observed: 1, limit: 0, samples: [text] };
  return { ...REPORT, sentence: text, reasons: [reason] };
}

/** What the settings of a base with this `vili.yaml` are told. */
async function told(yaml: string): Promise<readonly string[]> {
  const base = await mkdtemp(join(tmpdir(), 'vili-spec-'));
  try {
    await writeFile(join(base, 'vili.yaml'), yaml);
    loadSettings({ base, flags: {}, environment: {} });
    return [];
  } catch (error) {
    return messageOf(error).split('\n').slice(1, -1);
  } finally {
    await rm(base, { recursive: true, force: true });
  }
}

describe('Issue 14, 2.5: what is written by others', () => {
  it('is no Markdown in report.md', () => {
    const sentences: Readonly<Record<string, string>> = {
      '[click](http://evil.example)': String.raw`\[click\](http:\//evil.example)`,
      '![x](y)': String.raw`\!\[x\](y)`,
      '# heading': String.raw`\# heading`,
      '- list': String.raw`\- list`,
      '1. first': String.raw`1\. first`,
      '`code` *bold* _it_ ~~no~~': String.raw`\`code\` \*bold\* \_it\_ \~\~no\~\~`,
      '<img src=x>|&amp;': String.raw`\<img src=x\>\|\&amp;`,
      'www.evil.example a@b.example': String.raw`www\.evil.example a\@b.example`,
      'GET /orders/{id}: 500 in 3 of 70 requests': 'GET /orders/{id}: 500 in 3 of 70 requests',
    };
    for (const [given, escaped] of Object.entries(sentences)) {
      const lines = reportMarkdown(reportWith(given)).split('\n');
      expect(lines[2], given).to.equal(escaped);
      const reason = lines.find((line) => line.includes('Samples: ')) ?? '';
      expect(reason.startsWith(`- ${escaped} Samples: \``), reason).to.equal(true);
    }
  });

  it('ends no line and opens no markup in report.md, whatever it is', () => {
    const piece = fc.constantFrom(
      '`',
      '*',
      '[',
      ']',
      '(',
      '<',
      '\n',
      '\r',
      '#',
      '|',
      '\u202e',
      '\\',
    );
    const text = fc.array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 12 });
    fc.assert(
      fc.property(
        text.map((parts) => `x${parts.join('')}`),
        (given) => {
          const markdown = reportMarkdown(reportWith(given));
          const [, , sentence = ''] = markdown.split('\n');
          expect(sentence.replaceAll(/\\./g, '')).to.not.match(/[`*_[\]<>|]/);
          expect(markdown).to.not.match(MARKS);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('carries no marks that reverse text into report and logs', async () => {
    expect(reportMarkdown(reportWith(REVERSED))).to.not.match(MARKS);
    const json = JSON.stringify({ name: REVERSED });
    expect(visibleJson(json)).to.not.match(MARKS);
    expect(JSON.parse(visibleJson(json))).to.deep.equal({ name: REVERSED });
    await withTempFolder(async (dir) => {
      const journal = openJournal({ dir, level: 'DEBUG', now: Date.now });
      journal.warn(`a file ${REVERSED}`, { file: REVERSED });
      await journal.close();
      const text = await readFile(join(dir, 'vili.log'), 'utf8');
      expect(text).to.not.match(MARKS);
      expect(text).to.contain(String.raw`a file \u202egnp.exe\u2066\u200b`);
      const line = await readFile(join(dir, 'json', 'vili.log'), 'utf8');
      expect(line).to.not.match(MARKS);
      expect(JSON.parse(line)).to.include({ file: REVERSED, message: `a file ${REVERSED}` });
    });
  });

  it('is a bad request when it names no version', async function () {
    this.timeout(60_000);
    await withWorld({}, async (world) => {
      // An executable without an extension has the name of a version: nothing lies below it.
      const file = join(world.base, 'shop-1.0.0');
      await writeFile(
        file,
        "#!/usr/bin/env node\nrequire('node:http').createServer((_, r) => r.end('{}')).listen(process.env.PORT);\n",
      );
      await chmod(file, 0o755);
      const daemon = world.start();
      await daemon.serving('shop-1.0.0.d');
      const statusOf = (path: string): Promise<number | undefined> =>
        new Promise((resolve, reject) => {
          const socketPath = join(world.base, '.vili', 'vili.sock');
          get({ socketPath, path, agent: false }, (response) => {
            response.resume();
            response.once('end', () => resolve(response.statusCode));
          }).once('error', reject);
        });
      for (const version of ['nonsense', '..', '1.0.0/../x', '1.0\u0000', ' ', 'x'.repeat(999)]) {
        const query = `version=${encodeURIComponent(version)}`;
        for (const path of [
          `report?${query}`,
          `differences?${query}`,
          `differences?sample=a&${query}`,
        ]) {
          expect(await statusOf(`/v1/${path}`), path).to.equal(400);
        }
      }
      for (const version of ['1.0.0', 'shop-1.0.0', 'shop-1.0.0.d', '9.9.9']) {
        expect(await statusOf(`/v1/report?version=${version}`)).to.equal(200);
        expect(await statusOf(`/v1/differences?sample=a&version=${version}`)).to.equal(404);
      }
    });
  });

  it('is named by its line in vili.yaml, with the advice to quote it, and nothing follows from it', async () => {
    const before = 'port: 8080\nhealth:\n  paths: ';
    const after = '\nidentifier: shop\n';
    const values: Readonly<Record<string, RegExp>> = {
      '*/health, /x': /begins with \* must be written in quotes/,
      '*': /begins with \* must be written in quotes/,
      '*all': /begins with \*, an alias in yaml: write it in quotes/,
      '*/health': /begins with \*, an alias in yaml: write it in quotes/,
      '[*/health, /x]': /begins with \*, an alias in yaml: write it in quotes/,
      '&x': /begins with &, an anchor in yaml: write it in quotes/,
      '{a': /a \{ or \[ is not closed/,
      '!x': /begins with ! must be written in quotes/,
      '%5': /begins with % must be written in quotes/,
      '@x': /begins with @ must be written in quotes/,
      '| x': /begins with \| must be written in quotes/,
      '- x': /begins with - must be written in quotes/,
      'a: b': /a colon and a space must be written in quotes/,
      '"a" b': /something follows the closing quote/,
    };
    for (const [value, right] of Object.entries(values)) {
      const lines = await told(before + value + after);
      expect(lines, `${value}\n${lines.join('\n')}`).to.have.length(1);
      expect(lines[0])
        .to.match(/vili\.yaml line 3/)
        .and.match(right);
    }
    expect(await told(`${before}"*/health"${after}`)).to.deep.equal([]);
    expect((await told('host: 127.0.0.1\n')).join('\n'))
      .to.contain('port')
      .and.contain('identifier');
  });
});

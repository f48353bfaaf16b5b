import { expect } from 'chai';
import * as fc from 'fast-check';
import { reportMarkdown } from '../../../../lib/evaluation/report/markdown.ts';
import type { Report, TestReport } from '../../../../lib/evaluation/report/report.ts';
import { REPORT } from '../../operator/report-view.ts';

const HEADINGS = ['Why', 'Signals', 'Endpoints', 'Ignored', 'Never compared'];

describe('the report as Markdown', () => {
  it('has a section for everything that was found', () => {
    expect(headingsOf(REPORT)).to.deep.equal(['inventory-1.5.0: rejected', ...HEADINGS]);
    const waiting = withTest({ missing: ['300 more requests'] });
    expect(headingsOf(waiting)).to.include('Still needed');
    expect(reportMarkdown(waiting)).to.contain('- 300 more requests\n');
  });

  it('has no empty section, and none of a test that is not known', () => {
    const { test: _, ...decided } = REPORT;
    expect(headingsOf({ ...decided, reasons: [] })).to.deep.equal(['inventory-1.5.0: rejected']);
    const coverage = { requests: 0, coveredShare: 1, endpoints: [], methods: [] };
    const nothing = withTest({ endpoints: [], ignored: [], ignoredCount: 0, coverage });
    expect(headingsOf(nothing).slice(1)).to.deep.equal(['Why', 'Signals']);
  });

  it('names reasons with their samples, and differences with their counts', () => {
    const markdown = reportMarkdown(REPORT);
    expect(markdown).to.match(/^- GET \/items\/\{id\}: .* Samples: `2afa508f`\.$/m);
    expect(markdown).to.contain('  - counts: type `$.price`: `6.5` → `"6.5"` (79)\n');
    expect(markdown).to.contain('  - also seen: value `$.stock`: `4` → `5` (3)\n');
    expect(markdown).to.contain('- every POST: 5.9 % of the requests\n');
  });

  it('says why a difference is ignored, of at most 30 fields', () => {
    const [field] = REPORT.test?.ignored ?? [];
    if (field === undefined) throw new Error('the report ignores nothing');
    const ignored = [{ ...field, reason: 'rule' as const }, ...Array<typeof field>(39).fill(field)];
    const markdown = reportMarkdown(withTest({ ignored, ignoredCount: 100 }));
    expect(markdown).to.contain('`$.servedAt`: by a rule of compare.rules, 79 times\n');
    expect(markdown).to.contain(
      "`$.servedAt`: running's second response differs there in 79 of 79",
    );
    expect(markdown.match(/`\$\.servedAt`/g)).to.have.length(30);
    expect(markdown).to.contain('- and 70 more\n');
  });

  it('lets no text of others start a line, a heading or markup', () => {
    const unit = fc.constantFrom('#', '\n', '\r', '\u2028', '<', '|', '`', '-', ' ', 'a');
    fc.assert(
      fc.property(fc.string({ unit, minLength: 1 }), (text) => {
        const markdown = reportMarkdown(withTexts(text));
        expect(markdown.split(/[\n\r\u2028]/)).to.have.length(linesOf(withTexts('x')));
        expect(headingsOf(withTexts(text)).slice(1)).to.deep.equal(HEADINGS);
        expect(markdown.replace(/`[^`\n]*`/g, '')).to.not.match(/(?<!\\)</);
      }),
    );
  });
});

// Private

function headingsOf(report: Report): string[] {
  return [...reportMarkdown(report).matchAll(/^#+ (.*)$/gm)].map(([, title]) => title ?? '');
}

function linesOf(report: Report): number {
  return reportMarkdown(report).split('\n').length;
}

function withTest(change: Partial<TestReport>): Report {
  if (REPORT.test === undefined) throw new Error('the report has no test');
  return { ...REPORT, test: { ...REPORT.test, ...change } };
}

/** The report with `text` wherever a service, a user or an operator chooses the text. */
function withTexts(text: string): Report {
  const { test } = REPORT;
  const [endpoint] = test?.endpoints ?? [];
  const [reason] = REPORT.reasons;
  if (test === undefined || endpoint === undefined || reason === undefined)
    throw new Error('the report has no endpoint');
  const samples = [{ id: text, signal: 'errors', key: text, at: '', logs: logsOf(text) }];
  const report = withTest({
    endpoints: [{ ...endpoint, endpoint: text, samples }],
    ignored: test.ignored.map((field) => ({ ...field, endpoint: text, path: text })),
    coverage: { ...test.coverage, endpoints: [{ name: text, requests: 1, share: 1 }] },
  });
  const reasons = [{ ...reason, text }];
  // A sentence begins with the name of a version.
  return { ...report, version: text, by: text, sentence: `shop-2 ${text}`, reasons };
}

function logsOf(text: string) {
  return { running: [text], testing: [text] };
}

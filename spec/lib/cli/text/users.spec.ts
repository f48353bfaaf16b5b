import { expect } from 'chai';
import { colorsFor } from '../../../../lib/cli/text/colors.ts';
import { probationLines } from '../../../../lib/cli/text/probation/lines.ts';
import { usersBlock } from '../../../../lib/cli/text/probation/users.ts';
import type { UsersEvidence } from '../../../../lib/operator/views/status-view.ts';

const OPTIONS = {
  columns: 80,
  colors: colorsFor({ env: {}, isTerminal: { stdin: false, stdout: false } }),
  nowMs: 0,
};
const NONE = { responses: 0, hits: 0 };
const ROW = {
  code: 'users-errors',
  name: '5xx',
  endpoint: null,
  now: { responses: 412, hits: 3 },
  before: { responses: 2400, hits: 2 },
  meanwhile: NONE,
  limit: 0.007,
  odds: 0.4,
};
const EVIDENCE: UsersEvidence = {
  responses: 412,
  requestShare: null,
  controlResponses: 2400,
  odds: 0.64,
  oddsNeeded: 200,
  reasons: [],
  rows: [ROW, { ...ROW, endpoint: 'POST /orders', now: { responses: 20, hits: 3 }, limit: null }],
};

describe('What users got of a version, as status and why say it', () => {
  it('is the odds, and how often what happened before and now', () => {
    expect(usersBlock(EVIDENCE, 'shop-1.0', OPTIONS)).to.deep.equal([
      '           By 412 responses to users, beside 2,400 of shop-1.0: the odds that it',
      '           is worse are 0.6 to 1 (200 to 1 is enough).',
      '           users get          before      now       at most',
      '           5xx                2 of 2,400  3 of 412  0.7 %',
      '           POST /orders: 5xx  2 of 2,400  3 of 20   -',
    ]);
  });

  it('has what others got at the same time, where others are served', () => {
    const rows = [{ ...ROW, meanwhile: { responses: 300, hits: 1 } }];
    const lines = usersBlock({ ...EVIDENCE, rows }, 'shop-1.0', OPTIONS);
    expect(lines.at(-1)).to.equal('           5xx        2 of 2,400  1 of 300   3 of 412  0.7 %');
  });

  it('is nothing where nobody can say, and shows nothing of a name as markup of the terminal', () => {
    expect(usersBlock(null, 'shop-1.0', OPTIONS)).to.deep.equal([]);
    const rows = [{ ...ROW, endpoint: 'GET /\u001B[31mred' }];
    const text = usersBlock({ ...EVIDENCE, rows }, '\u001B[1mshop', OPTIONS).join('\n');
    expect(text).to.not.contain('\u001B');
  });

  it('stands below what copies to previous have shown', () => {
    const probation = {
      version: 'shop-1.1',
      previous: 'shop-1.0',
      leftMs: 60_000,
      complaint: null,
      evidence: null,
      users: EVIDENCE,
    };
    const lines = probationLines(probation, OPTIONS);
    expect(lines[0]).to.equal('  probation  1m left; nothing is compared with shop-1.0');
    expect(lines).to.include('           5xx                2 of 2,400  3 of 412  0.7 %');
  });
});

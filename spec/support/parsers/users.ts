import { UserEvidence } from '../../../lib/evaluation/users/user-evidence.ts';
import { UserHistory } from '../../../lib/verdict/unpaired/control/history.ts';
import { damaged } from './inputs.ts';
import { hasCode, must, type Parser } from './parser.ts';

const SETTINGS = { margin: 0.005, warmupTimeMs: 0, speed: 'block' } as const;

function savedHistories(): object {
  const history = new UserHistory();
  for (let n = 0; n < 40; n++) {
    const status = n % 9 === 0 ? 500 : 200;
    const request = { endpoint: `POST /orders/${n % 2}`, client: `client ${n % 3}` };
    history.responded({ ...request, atMs: n * 300, status, failure: null, ms: n });
  }
  history.close();
  const one = { history: history.checkpoint() };
  const saved = [
    { version: 'shop-1', ...one },
    { version: 'shop-2', ...one },
  ];
  return JSON.parse(JSON.stringify(saved)) as object;
}

/** What is accepted is judged by: the odds have to stay a number whatever was saved. */
const users: Parser<unknown> = {
  name: 'what users got before',
  inputs: damaged(savedHistories()),
  parse: (data) => {
    const saved: unknown = JSON.parse(JSON.stringify(data) ?? 'null');
    const evidence = new UserEvidence(() => SETTINGS);
    evidence.restore(saved);
    evidence.onProbation({ version: 'shop-2', previous: 'shop-1' }, 0);
    const request = { endpointMethod: 'POST', operation: '', kind: '', bytes: 0, copied: false };
    const batch = Array.from({ length: 40 }, (_, n) => ({
      ...request,
      path: `/orders/${n % 2}`,
      client: `client ${n}`,
      instance: 'shop-2/1_running',
      atMs: n * 300,
      status: n % 2 === 0 ? 500 : 200,
      failure: null,
      ms: 5,
    }));
    evidence.observed(batch, (method, path) => `${method} ${path}`);
    const report = evidence.report(20_000);
    must(report !== null && report.odds >= 0 && report.odds < Number.POSITIVE_INFINITY, 'no odds');
    const texts = report?.reasons.map(({ text }) => text).join('\n') ?? '';
    must(!/NaN|Infinity|undefined/.test(texts), `a reason is no sentence: ${texts}`);
    must(JSON.stringify(evidence.checkpoint()).length < 1_000_000, 'out of proportion');
  },
  mayThrow: hasCode('VILI_VERDICT_CHECKPOINT'),
};

export const USER_PARSERS = { users };

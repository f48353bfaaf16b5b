import type { RequestListener } from 'node:http';
import { expect } from 'chai';
import { Verdict } from '../../lib/verdict/verdict.ts';
import { DEFAULT_VERDICT_SETTINGS } from '../support/default-settings.ts';
import { type Kit, respondOk, withHttp, withMirror } from '../support/mirror-kit.ts';

const PAIRS = 30;
const respond =
  (status: number): RequestListener =>
  (_request, response) =>
    response.writeHead(status).end();

/** Both versions behind a real mirror; what comes of the copies goes to a verdict. */
async function judged(
  running: RequestListener,
  testing: RequestListener,
  offer: (kit: Kit) => void,
): Promise<{ verdict: Verdict; kit: Kit }> {
  const verdict = new Verdict(DEFAULT_VERDICT_SETTINGS, 0);
  let used: Kit | null = null;
  await withHttp(running, (one) =>
    withHttp(testing, (other) =>
      withMirror({}, async (kit) => {
        used = kit;
        kit.begin(other, one);
        for (let pair = 0; pair < PAIRS; pair++) {
          offer(kit);
          await kit.settled();
        }
      }),
    ),
  );
  const kit = used as unknown as Kit;
  for (const [index, outcome] of kit.outcomes.entries()) {
    verdict.pair({ ...outcome, atMs: index * 300 });
  }
  return { verdict, kit };
}

function countsOf(verdict: Verdict): { worse: number; better: number } {
  const [endpoint] = verdict.endpoints(1);
  return { worse: endpoint?.worse ?? 0, better: endpoint?.better ?? 0 };
}

describe('Like against like', () => {
  it('a link that works once speaks against no version, and is named since it hides too much', async () => {
    const { verdict, kit } = await judged(respond(410), respond(410), ({ offer }) => offer());
    expect(kit.outcomes[0]?.again).to.deep.nested.include({ 'running.status': 410 });
    expect(countsOf(verdict)).to.deep.equal({ worse: 0, better: 0 });
    const report = verdict.decide(60_000);
    expect(report).to.include({ decision: 'collecting', blocked: true });
    const [reason] = report.reasons;
    expect(reason).to.include({ code: 'state-moved-on', accept: 'moved-on GET /items/{id}' });
    expect(reason?.text).to.contain('running does not repeat itself');
    verdict.accept(['moved-on GET /items/{id}']);
    expect(verdict.decide(60_000).blocked).to.equal(false);
  });

  it('what was created meanwhile gives testing no credit', async () => {
    const { verdict } = await judged(respondOk, respondOk, ({ offer }) => offer({ status: 404 }));
    expect(countsOf(verdict)).to.deep.equal({ worse: 0, better: 0 });
  });

  it('a version that alone responds 404 is rejected', async () => {
    const { verdict } = await judged(respondOk, respond(404), ({ offer }) => offer());
    expect(countsOf(verdict)).to.deep.equal({ worse: PAIRS, better: 0 });
    expect(verdict.decide(60_000).decision).to.equal('reject');
  });

  it('a version that responds 500 is rejected though running then breaks as well', async () => {
    const { verdict } = await judged(respond(500), respond(500), ({ offer }) => offer());
    expect(countsOf(verdict)).to.deep.equal({ worse: PAIRS, better: 0 });
  });

  it('a request that cannot be repeated counts as it is', async () => {
    const { verdict } = await judged(respond(410), respond(410), ({ offer }) =>
      offer({ method: 'POST' }),
    );
    expect(countsOf(verdict)).to.deep.equal({ worse: PAIRS, better: 0 });
  });

  it('times are those of second responses, not of the path of the users', async () => {
    const after =
      (ms: number): RequestListener =>
      (request, response) =>
        void setTimeout(() => respondOk(request, response), ms);
    const { kit } = await judged(after(0), after(40), ({ offer }) => offer({ runningMs: 500 }));
    const slower = kit.outcomes.filter(
      ({ again }) =>
        typeof again === 'object' && again !== null && again.testing.ms > again.running.ms + 20,
    );
    expect(slower.length).to.be.at.least(PAIRS / 2);
  });
});

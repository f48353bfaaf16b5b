import type { VerdictBasis } from './basis.ts';
import type { Finding } from './finding.ts';
import { runningHurt } from './running-health.ts';
import { percent } from './wording.ts';

/** Running does worse than before the test: testing may be hurting it. */
export function healthFindings({ evidence, parameters }: VerdictBasis): readonly Finding[] {
  const hurt = runningHurt(evidence, parameters);
  if (hurt === null) return [];
  const what = hurt.what === 'failures' ? 'fails' : 'is very slow';
  const reason: Finding['reason'] = {
    code: 'running-hurt',
    endpoint: null,
    text:
      `since the test began, running itself ${what} in ${percent(hurt.rate)} of requests ` +
      `(${percent(hurt.usual)} is usual): testing may be taking its processor, memory, ` +
      `connections or database, so beside it nothing is promoted`,
    observed: hurt.rate,
    limit: hurt.usual,
    samples: [],
  };
  return [{ reason, strength: 0 }];
}

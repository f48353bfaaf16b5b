import type { Reason } from '../../lib/model/reason.ts';
import type { Report, TestReport } from '../../lib/evaluation/report/report.ts';
import { counted, percentDone } from '../../lib/text/numbers.ts';
import type { EvidenceView } from '../live/shapes.ts';
import { useLive } from '../live/store.ts';
import { useEvidence, useIsTested } from '../live/use-data.ts';
import { Card, Instead, State, Time } from '../parts/basic.ts';
import { Endpoints } from '../parts/endpoints.ts';
import { eventTone } from '../parts/events.ts';
import { OddsChart } from '../parts/odds-chart.ts';
import { Signals } from '../parts/signals.ts';
import { UserEvidence } from '../parts/user-evidence.ts';
import { addressOf, type Route } from '../route.ts';
import { age, sentence, shown } from '../text/show.ts';
import { html, type VNode } from '../vendor/preact.js';

const EVERY_MS = 2000;
/** A report is written shortly after the decision. */
const LATER_MS = 5000;

/** What speaks for and against a version: that of the address, else the one under test, else the one decided last. */
export function Why({ route }: { route: Route }): VNode {
  const status = useLive((live) => live.status);
  const version = route.subject;
  const isLive = useIsTested(version);
  const evidence = useEvidence<EvidenceView>(
    '/v1/evidence',
    version,
    isLive,
    isLive ? EVERY_MS : LATER_MS,
  );
  return html`<div class="views">
    <${Judgement} version=${version} isLive=${isLive} evidence=${evidence.value ?? null} />
    <${UserEvidence} status=${status} version=${version} />
    <${Card} title="How sure it is, over time" wide>
      ${
        evidence.value
          ? html`<${OddsChart} evidence=${evidence.value} />`
          : evidence.value === null
            ? html`<p class="empty">No odds are known: nothing was tested, or before this version of Vili.</p>`
            : html`<${Instead} problem=${evidence.problem} what="odds" />`
      }
    <//>
    <${Endpoints} version=${version} isLive=${isLive} />
  </div>`;
}

// Private

function Judgement({
  version,
  isLive,
  evidence,
}: {
  version: string;
  isLive: boolean;
  evidence: EvidenceView | null;
}): VNode {
  const verdict = useLive((live) => live.status?.verdict ?? null);
  const {
    value: report,
    problem,
    isLoading,
  } = useEvidence<Report>('/v1/report', version, isLive, isLive ? EVERY_MS : LATER_MS);
  if (report) {
    return html`<${Card} title=${shown(report.version)} aside=${html`<${Decision} report=${report} />`} wide>
      <p class="big"><bdi>${sentence(report.sentence)}</bdi></p>
      ${report.test && html`<${Facts} test=${report.test} /><${Signals} rows=${report.test.signals} evidence=${evidence} />`}
      <${Reasons} version=${report.version} reasons=${report.reasons} />
      ${report.test && html`<${Missing} missing=${report.test.missing} />`}
    <//>`;
  }
  // Without the token the verdict is still there for all to see.
  if (verdict !== null && isLive) {
    return html`<${Card} title=${shown(verdict.version)} wide>
      <p class="quiet-text">${counted(verdict.pairs, 'pair')} in ${age(verdict.elapsedMs)}, ${percentDone(verdict.progress)} of the evidence</p>
      <${Signals} rows=${verdict.signals} evidence=${evidence} />
      <${Reasons} version=${verdict.version} reasons=${verdict.reasons} />
      <${Missing} missing=${verdict.missing} />
    <//>`;
  }
  if (isLoading || problem !== null) {
    return html`<${Card} title="Why" wide><${Instead} problem=${problem} what="report" /><//>`;
  }
  return html`<${Card} title="Why" wide><p class="empty">${
    version === ''
      ? 'Nothing was tested yet. Put a new server file into the base folder, and its test is explained here.'
      : `There is no report of ${shown(version)}. It is written within seconds of a decision, and gone with the archive of the version.`
  }</p><//>`;
}

function Decision({ report: { verdict, at, by } }: { report: Report }): VNode {
  const isOver = verdict !== 'testing' && verdict !== 'probation';
  return html`<span class="decision"><${State} tone=${isOver ? eventTone(verdict) : 'info'} word=${verdict} />
    ${isOver && html`<span class="quiet-text"><${Time} at=${at} /> by <bdi>${shown(by)}</bdi></span>`}</span>`;
}

function Facts({ test: { pairs, elapsedMs, progress, against } }: { test: TestReport }): VNode {
  return html`<p class="quiet-text">${counted(pairs, 'pair')} in ${age(elapsedMs)}, ${percentDone(progress)} of the evidence${
    against === undefined ? '' : `, judged by ${shown(against)}`
  }</p>`;
}

function Reasons({
  version,
  reasons,
}: {
  version: string;
  reasons: readonly Pick<Reason, 'code' | 'text' | 'endpoint' | 'samples'>[];
}): VNode | null {
  if (reasons.length === 0) return null;
  return html`<ul class="reasons">${reasons.map(
    ({ code, text, samples, endpoint }) => html`<li>
      <span class="code">${shown(code)}</span> <bdi>${sentence(text)}</bdi>
      ${samples
        .slice(0, 3)
        .map(
          (id) =>
            html` <a href=${addressOf('differences', version, { sample: id, endpoint: endpoint ?? undefined })}>sample ${shown(id)}</a>`,
        )}
    </li>`,
  )}</ul>`;
}

function Missing({ missing }: { missing: readonly string[] }): VNode | null {
  if (missing.length === 0) return null;
  return html`<p class="needs-head">Still needed for a promotion</p>
    <ul class="needs">${missing.map((one) => html`<li><bdi>${shown(one)}</bdi></li>`)}</ul>`;
}

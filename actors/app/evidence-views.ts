import type { Sample } from '../../lib/compare/sample/sample.ts';
import { ConflictError } from '../../lib/errors.ts';
import type { CourseView } from '../../lib/evaluation/course/view.ts';
import { composeReport } from '../../lib/evaluation/report/compose.ts';
import type { Report } from '../../lib/evaluation/report/report.ts';
import type { TestView } from '../../lib/evaluation/report/views.ts';
import type { Target } from '../../lib/model/exchange.ts';
import type { ReplayPlan } from '../../lib/operator/views/evidence-view.ts';
import { versionNamed } from '../../lib/operator/views/version-named.ts';
import { askCourse, askDeployment, askEvaluation, askTest } from './questions.ts';
import { courseLeft, decidedLast, HISTORY_READ, reportLeft, samplesLeft } from './records.ts';
import type { Services } from './services.ts';
import { mirrorSettings } from './settings/traffic.ts';

/** The report of the test under way, or the one that was left in a folder or archive. */
export async function reportOf(
  services: Services,
  wanted: string | undefined,
): Promise<Report | null> {
  const { deployment } = await askDeployment(services);
  const view = await askTest(services);
  const name = await versionMeant(services, wanted, view);
  if (name === null) return null;
  if (view?.version === name && !isQuiet(view)) {
    const running = view.against ?? deployment.running?.release.name ?? null;
    const verdict = view.against === null ? 'testing' : 'probation';
    const at = new Date(services.wallNow()).toISOString();
    const { reasons, test } = view;
    const outcome = { verdict, at, version: name, running, by: 'vili', reasons };
    return composeReport(outcome, test);
  }
  return reportLeft(services.layout, name);
}

/** How the evidence on a version grew: of the test under way, or what was left in a folder or archive. */
export async function courseOf(
  services: Services,
  wanted: string | undefined,
): Promise<CourseView | null> {
  const view = await underTest(services);
  const name = await versionMeant(services, wanted, view);
  if (name === null) return null;
  const live = view?.version === name && !isQuiet(view) ? await askCourse(services) : null;
  if (live?.evidence.version === name) return live;
  return courseLeft(services.layout, name);
}

/** All samples of a version, in its folder or archive. */
export async function samplesOf(
  services: Services,
  wanted: string | undefined,
): Promise<{ readonly version: string; readonly samples: readonly Sample[] }> {
  const name = await versionMeant(services, wanted, await underTest(services));
  if (name === null) throw new ConflictError('no version was tested yet');
  return { version: name, samples: await samplesLeft(services.layout, name) };
}

/** The samples of a version, and where and how to send them again. */
export async function replayPlan(
  services: Services,
  wanted: string | undefined,
): Promise<ReplayPlan> {
  const { registry } = services;
  const { servlets } = await askDeployment(services);
  const targetOf = (role: 'running' | 'testing'): Target | null => {
    const found = servlets.find((it) => it.role === role && it.state === 'ready');
    return registry.get(`${found?.version}/${found?.instance}`)?.target ?? null;
  };
  return {
    ...(await samplesOf(services, wanted)),
    running: targetOf('running'),
    testing: targetOf('testing'),
    settings: mirrorSettings(services.live.settings, ''),
  };
}

/** The versions that the history and the deployment name, those in use last. */
export async function knownVersions(services: Services): Promise<readonly string[]> {
  const { deployment } = await askDeployment(services);
  const { running, testing, incoming, previous, rejected } = deployment;
  const history = await services.history.read(HISTORY_READ);
  const holders = [rejected, previous, testing, incoming, running];
  return [
    ...history.map((entry) => entry.version),
    ...holders.flatMap((holder) => holder?.release.name ?? []),
  ];
}

// Private

type UnderTest = Pick<TestView, 'version' | 'against' | 'reasons'>;

/** What is judged now, without all that is known of it. */
async function underTest(services: Services): Promise<UnderTest | null> {
  const view = await askEvaluation(services);
  if (view === null) return null;
  const { release, against, report } = view;
  return { version: release.name, against, reasons: report.reasons };
}

/** Of a version on probation, the report of its test is shown until something speaks against it. */
function isQuiet({ against, reasons }: UnderTest): boolean {
  return against !== null && reasons.length === 0;
}

/** The name of the version that is meant; always a valid version name, and so a safe path. */
async function versionMeant(
  services: Services,
  wanted: string | undefined,
  view: UnderTest | null,
): Promise<string | null> {
  if (wanted !== undefined) {
    return versionNamed(services.settings.identifier, wanted, await knownVersions(services));
  }
  if (view !== null) return view.version;
  return decidedLast(services.history);
}

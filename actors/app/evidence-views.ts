import { readTexts } from '../../lib/archive/zip/reader.ts';
import { parseVersionName } from '../../lib/base/names/server-file.ts';
import type { Sample } from '../../lib/compare/sample/sample.ts';
import { BadRequestError, ConflictError, codeOf } from '../../lib/errors.ts';
import { composeReport } from '../../lib/evaluation/report/compose.ts';
import { parseReport, readReport } from '../../lib/evaluation/report/files.ts';
import type { Report } from '../../lib/evaluation/report/report.ts';
import { parseSample, readSamples } from '../../lib/evaluation/samples/sample-store.ts';
import { samplesFolder, type TestView } from '../../lib/evaluation/test.ts';
import type { Target } from '../../lib/model/exchange.ts';
import { endsTest } from '../../lib/model/history.ts';
import type { ReplayPlan } from '../../lib/operator/views/evidence-view.ts';
import { askDeployment, askTest } from './questions.ts';
import type { Services } from './services.ts';
import { mirrorSettings } from './traffic-settings.ts';

/** The version decided last is looked up in this many entries of the history. */
const HISTORY_READ = 1000;
/** Reports and samples are far smaller; a larger file in an archive is neither. */
const MAX_TEXT_BYTES = 4_194_304;

/** The report of the test under way, or the one that was left in a folder or archive. */
export async function reportOf(
  services: Services,
  wanted: string | undefined,
): Promise<Report | null> {
  const { deployment } = await askDeployment(services);
  const view = await askTest(services);
  const name = await versionMeant(services, wanted, view);
  if (name === null) return null;
  if (view?.version === name) {
    const running = deployment.running?.release.name ?? null;
    const at = new Date(services.now()).toISOString();
    const { reasons, test } = view;
    const outcome = { verdict: 'testing', at, version: name, running, by: 'vili', reasons };
    return composeReport(outcome, test);
  }
  const { layout } = services;
  const left = await readReport(layout.versionFolder(name));
  if (left !== null) return left;
  const texts = await archived(services, name, (entry) => /(^|\/)report\.json$/.test(entry));
  const [text] = texts.values();
  return text === undefined ? null : parseReport(text);
}

/** All samples of a version, in its folder or archive. */
export async function samplesOf(
  services: Services,
  wanted: string | undefined,
): Promise<{ readonly version: string; readonly samples: readonly Sample[] }> {
  const name = await versionMeant(services, wanted, await askTest(services));
  if (name === null) throw new ConflictError('no version was tested yet');
  const samples = await readSamples(samplesFolder(services.layout.versionFolder(name)));
  if (samples.length > 0) return { version: name, samples };
  const texts = await archived(services, name, (entry) => /(^|\/)samples\/\w+\.json$/.test(entry));
  return { version: name, samples: [...texts.values()].flatMap((text) => parseSample(text) ?? []) };
}

/** The samples of a version, and where and how to send them again. */
export async function replayPlan(
  services: Services,
  wanted: string | undefined,
): Promise<ReplayPlan> {
  const { settings } = services;
  const { servlets } = await askDeployment(services);
  const targetOf = (role: 'running' | 'testing'): Target | null => {
    const found = servlets.find((it) => it.role === role && it.state === 'ready');
    if (found?.port == null) return null;
    const instance = `${found.version}/${found.instance ?? ''}`;
    return { instance, host: settings.endpoint, port: found.port };
  };
  return {
    ...(await samplesOf(services, wanted)),
    running: targetOf('running'),
    testing: targetOf('testing'),
    settings: mirrorSettings(settings, ''),
  };
}

// Private

/** The name of the version that is meant; always a valid version name, and so a safe path. */
async function versionMeant(
  services: Services,
  wanted: string | undefined,
  view: TestView | null,
): Promise<string | null> {
  const { identifier } = services.settings;
  if (wanted !== undefined) {
    const name = wanted.startsWith(`${identifier}-`) ? wanted : `${identifier}-${wanted}`;
    if (parseVersionName(identifier, name) !== undefined) return name;
    throw new BadRequestError(`"${wanted}" is not a version of ${identifier}`);
  }
  if (view !== null) return view.version;
  const history = await services.history.read(HISTORY_READ);
  return history.findLast((entry) => endsTest(entry.event))?.version ?? null;
}

async function archived(
  { layout }: Services,
  name: string,
  wanted: (entry: string) => boolean,
): Promise<ReadonlyMap<string, string>> {
  try {
    return await readTexts(layout.archiveZip(name), wanted, MAX_TEXT_BYTES);
  } catch (error) {
    if (codeOf(error instanceof Error ? error.cause : null) === 'ENOENT') return new Map();
    throw error;
  }
}

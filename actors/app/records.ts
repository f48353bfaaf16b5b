import { access } from 'node:fs/promises';
import { loadSettings } from '../../config/load.ts';
import { readTexts } from '../../lib/archive/zip/reader.ts';
import { type Layout, layoutOf } from '../../lib/base/names/layout.ts';
import { type History, openHistory } from '../../lib/base/state/history.ts';
import type { Sample } from '../../lib/compare/sample/sample.ts';
import { ConflictError, codeOf } from '../../lib/errors.ts';
import { parseCourse, readCourse } from '../../lib/evaluation/course/file.ts';
import type { CourseView } from '../../lib/evaluation/course/view.ts';
import { parseReport, readReport } from '../../lib/evaluation/report/files.ts';
import type { Report } from '../../lib/evaluation/report/report.ts';
import { parseSample, readSamples } from '../../lib/evaluation/samples/sample-store.ts';
import { samplesFolder } from '../../lib/evaluation/samples/sample-store.ts';
import { endsTest } from '../../lib/model/history.ts';
import type { Records } from '../../lib/operator/api/handlers.ts';
import { versionNamed } from '../../lib/operator/views/version-named.ts';

/** The version decided last is looked up in this many entries of the history. */
export const HISTORY_READ = 1000;
/** Reports and samples are far smaller; a larger file in an archive is neither. */
const MAX_TEXT_BYTES = 67_108_864;
/** A name that leads through a file, such as that of an executable without an extension. */
const ABSENT = new Set(['ENOENT', 'ENOTDIR']);

/** The report that was left in a version's folder or archive. */
export async function reportLeft(layout: Layout, name: string): Promise<Report | null> {
  const left = await readReport(layout.versionFolder(name));
  if (left !== null) return left;
  const texts = await archived(layout, name, (entry) => /(^|\/)report\.json$/.test(entry));
  const [text] = texts.values();
  return text === undefined ? null : parseReport(text);
}

/** How the evidence grew that was left in a version's folder or archive. */
export async function courseLeft(layout: Layout, name: string): Promise<CourseView | null> {
  const left = await readCourse(layout.versionFolder(name));
  if (left !== null) return left;
  const texts = await archived(layout, name, (entry) => /^([^/]*\/)?evidence\.json$/.test(entry));
  const [text] = texts.values();
  return text === undefined ? null : parseCourse(text);
}

/** All samples in a version's folder or archive. */
export async function samplesLeft(layout: Layout, name: string): Promise<readonly Sample[]> {
  const folder = samplesFolder(layout.versionFolder(name));
  const samples = await readSamples(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOTDIR') return [];
    throw error;
  });
  if (samples.length > 0) return samples;
  const texts = await archived(layout, name, (entry) => /(^|\/)samples\/\w+\.json$/.test(entry));
  return [...texts.values()].flatMap((text) => parseSample(text) ?? []);
}

/** The version whose test was decided last, or null. */
export async function decidedLast(history: History): Promise<string | null> {
  const entries = await history.read(HISTORY_READ);
  return entries.findLast((entry) => endsTest(entry.event))?.version ?? null;
}

/** What the files of a base say while no daemon runs there; null when Vili never ran there. */
export async function recordsOf(base: string): Promise<Records | null> {
  // The identifier is not needed for this path.
  if (!(await exists(layoutOf(base, '-').historyFile))) return null;
  const { settings } = loadSettings({ base, flags: {}, environment: process.env });
  const layout = layoutOf(settings.base, settings.identifier);
  const history = openHistory(layout.historyFile, settings.history.maxEntries);
  const nameOf = async (given: string | undefined): Promise<string | null> => {
    if (given === undefined) return decidedLast(history);
    const known = (await history.read(HISTORY_READ)).map((entry) => entry.version);
    return versionNamed(settings.identifier, given, known);
  };
  return {
    origin: `${settings.tls.cert === '' ? 'http' : 'https'}://127.0.0.1:${settings.port}`,
    history: (limit) => history.read(limit),
    report: async (version) => {
      const name = await nameOf(version);
      return name === null ? null : reportLeft(layout, name);
    },
    samples: async (version) => {
      const name = await nameOf(version);
      if (name === null) throw new ConflictError('no version was tested yet');
      return { version: name, samples: await samplesLeft(layout, name) };
    },
  };
}

// Private

async function archived(
  layout: Layout,
  name: string,
  wanted: (entry: string) => boolean,
): Promise<ReadonlyMap<string, string>> {
  try {
    return await readTexts(layout.archiveZip(name), wanted, MAX_TEXT_BYTES);
  } catch (error) {
    if (ABSENT.has(codeOf(error instanceof Error ? error.cause : null) ?? '')) return new Map();
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

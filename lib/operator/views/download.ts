import { ViliError } from '../../errors.ts';
import { reportMarkdown } from '../../evaluation/report/markdown.ts';
import { visibleJson } from '../../text/hidden.ts';
import type { ControlHandlers } from '../api/handlers.ts';

/** The files, and their types. */
export const DOWNLOADS = {
  'report.md': 'text/markdown; charset=utf-8',
  'report.json': 'application/json; charset=utf-8',
  'evidence.json': 'application/json; charset=utf-8',
  'samples.jsonl': 'application/x-ndjson; charset=utf-8',
} as const;

export type DownloadName = keyof typeof DOWNLOADS;

/** Of the name of a file; the version is what can be longer. */
const MAX_NAME = 150;

export interface Download {
  /** Safe in a header and for a file system. */
  readonly name: string;
  readonly contentType: string;
  /** Made as they are sent. */
  readonly pieces: Iterable<string>;
}

/** What is known of a version, to keep or to send to somebody. Throws ViliError 404 where there is nothing. */
export async function downloadOf(
  handlers: Known,
  version: string | undefined,
  wanted: DownloadName,
): Promise<Download> {
  const { name, pieces } = await contentOf(handlers, version, wanted);
  // Nothing that a header, a shell or a file system would take for more than a name.
  const safe = name.replaceAll(/[^\w.+-]/g, '_').slice(0, MAX_NAME);
  return { name: `${safe}-${wanted}`, contentType: DOWNLOADS[wanted], pieces };
}

// Private

type Known = Pick<ControlHandlers, 'report' | 'course' | 'samples'>;

async function contentOf(
  handlers: Known,
  version: string | undefined,
  wanted: DownloadName,
): Promise<{ readonly name: string; readonly pieces: Iterable<string> }> {
  if (wanted === 'samples.jsonl') {
    const { version: name, samples } = await handlers.samples(version);
    if (samples.length === 0) throw nothing('VILI_NO_SAMPLE', name, 'sample');
    return { name, pieces: lines(samples) };
  }
  if (wanted === 'evidence.json') {
    const course = await handlers.course(version);
    if (course === null) throw nothing('VILI_NO_REPORT', version, 'evidence');
    return { name: course.evidence.version, pieces: lines([course]) };
  }
  const report = await handlers.report(version);
  if (report === null) throw nothing('VILI_NO_REPORT', version, 'report');
  const { version: name } = report;
  return { name, pieces: wanted === 'report.md' ? [reportMarkdown(report)] : lines([report]) };
}

/** Made one by one, as they are sent. */
function* lines(values: readonly unknown[]): Iterable<string> {
  for (const value of values) yield `${visibleJson(JSON.stringify(value))}\n`;
}

function nothing(code: string, version: string | undefined, what: string): ViliError {
  const text = `there is no ${what} of ${version ?? 'any version'}`;
  return new ViliError(code, text, { httpStatus: 404 });
}

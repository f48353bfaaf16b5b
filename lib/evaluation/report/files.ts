import { join } from 'node:path';
import { writeFileAtomic } from '../../base/state/atomic-file.ts';
import { readRegular, UnexpectedFile } from '../../base/state/regular-file.ts';
import { codeOf } from '../../errors.ts';
import { visibleJson } from '../../text/hidden.ts';
import { composeReport, type DecisionRecord } from './compose.ts';
import { reportMarkdown } from './markdown.ts';
import type { Report, TestReport } from './report.ts';

const JSON_FILE = 'report.json';
const MARKDOWN_FILE = 'report.md';
/** A report is far smaller; the service can write a larger file in its place. */
const MAX_BYTES = 16_777_216;

/**
 * Writes `report.json` and `report.md` to a version's folder, and so to its archive. Without a test
 * (when nothing is known of it any more), the test of an earlier report is kept. Throws
 * `WriteFailed`.
 */
export async function writeReport(
  folder: string,
  decision: DecisionRecord,
  test: TestReport | null,
): Promise<void> {
  const found = test ?? (await readReport(folder))?.test ?? null;
  const report = composeReport(decision, found);
  await writeFileAtomic(
    join(folder, JSON_FILE),
    `${visibleJson(JSON.stringify(report, null, 1))}\n`,
  );
  await writeFileAtomic(join(folder, MARKDOWN_FILE), reportMarkdown(report));
}

/** The report in a version's folder; null when it is absent or invalid. */
export async function readReport(folder: string): Promise<Report | null> {
  try {
    return parseReport((await readRegular(join(folder, JSON_FILE), MAX_BYTES)).toString());
  } catch (error) {
    const isAbsent = codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
    if (isAbsent || error instanceof UnexpectedFile) return null;
    throw error;
  }
}

/** Null for a text that is not a report. */
export function parseReport(text: string): Report | null {
  try {
    const report = JSON.parse(text) as Partial<Report> | null;
    const isReport = report?.schema === 'vili.report/1' && Array.isArray(report.reasons);
    return isReport ? (report as Report) : null;
  } catch {
    return null;
  }
}

import { join } from 'node:path';
import { writeFileAtomic } from '../../base/state/atomic-file.ts';
import { readRegular, UnexpectedFile } from '../../base/state/regular-file.ts';
import { attempt, codeOf } from '../../errors.ts';
import type { CourseView } from './view.ts';

export const COURSE_FILE = 'evidence.json';
/** It is far smaller; the service can write a larger file in its place. */
const MAX_BYTES = 16_777_216;

/** Writes the course of a test to the version's folder, and so to its archive. Throws `WriteFailed`. */
export async function writeCourse(folder: string, course: CourseView): Promise<void> {
  await writeFileAtomic(join(folder, COURSE_FILE), `${JSON.stringify(course)}\n`);
}

/** The course in a version's folder; null when it is absent or invalid. */
export async function readCourse(folder: string): Promise<CourseView | null> {
  try {
    return parseCourse((await readRegular(join(folder, COURSE_FILE), MAX_BYTES)).toString());
  } catch (error) {
    const isAbsent = codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
    if (isAbsent || error instanceof UnexpectedFile) return null;
    throw error;
  }
}

/** Null for a text that is not the course of a test. */
export function parseCourse(text: string): CourseView | null {
  const course = attempt(() => JSON.parse(text) as Partial<CourseView> | null, null);
  const isEvidence = course?.evidence?.schema === 'vili.evidence/1';
  const areEndpoints = course?.endpoints?.schema === 'vili.endpoints/1';
  return isEvidence && areEndpoints ? (course as CourseView) : null;
}

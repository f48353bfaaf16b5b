const SUFFIX = ' on probation';

/** Under this name the mirror compares a version on probation, which had a test of its own name before. */
export function probationIdOf(version: string): string {
  return `${version}${SUFFIX}`;
}

/** Whether it is such a name: copies go to the version before then. */
export function isProbationId(id: string): boolean {
  return id.endsWith(SUFFIX);
}

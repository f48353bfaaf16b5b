/** Under this name the mirror compares a version on probation, which had a test of its own name before. */
export function probationIdOf(version: string): string {
  return `${version} on probation`;
}

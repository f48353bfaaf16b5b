import { versionMeant } from '../../base/names/version-meant.ts';
import { BadRequestError } from '../../errors.ts';
import type { StatusView } from './status-view.ts';

const MAX_KNOWN = 5;

/** The full name of the version that a person means. Throws BadRequestError that says what would be right. */
export function versionNamed(identifier: string, given: string, known: readonly string[]): string {
  const name = versionMeant(identifier, given, known);
  if (name !== null) return name;
  const names = [...new Set(known)].slice(-MAX_KNOWN);
  const right =
    names.length > 0 ? `known: ${names.join(', ')}` : `write it as 1.4.2 or ${identifier}-1.4.2`;
  throw new BadRequestError(`"${given}" is not a version of ${identifier} (${right})`);
}

/** The versions that `vili status` shows. */
export function versionsIn({ running, testing, previous }: StatusView): readonly string[] {
  return [running, testing, previous].flatMap((one) => one?.version ?? []);
}

/** The correlation id that a person means: a version's full name, or the text itself. */
export function correlationMeant(status: StatusView, given: string): string {
  return versionMeant(status.vili.identifier, given, versionsIn(status)) ?? given;
}

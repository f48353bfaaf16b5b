import { withoutEndSlashes } from '../../model/path-template.ts';
import { parseServerFile, parseVersionName } from './server-file.ts';

/**
 * The version that a person means: by its number as `vili status` prints it (`1.4.2`), its name, or its
 * server file or folder. `known` decides between an executable without an extension, whose name ends in
 * `.d`, and others. Null for what no version can be called. The result is a safe path segment.
 */
export function versionMeant(
  identifier: string,
  given: string,
  known: readonly string[] = [],
): string | null {
  const text = withoutEndSlashes(given.trim().replace(/^\.\//, ''));
  const whole = text.startsWith(`${identifier}-`) ? text : `${identifier}-${text}`;
  if (known.includes(whole)) return whole;
  const file = parseServerFile(identifier, whole);
  const name = file !== undefined && file.extension !== '' ? file.name : whole;
  const version = parseVersionName(identifier, name)?.version;
  if (version === undefined) return null;
  return known.find((one) => parseVersionName(identifier, one)?.version === version) ?? name;
}

/** `1.4.2` of `inventory-1.4.2`; a name of another shape stays as it is. */
export function numberOf(identifier: string, name: string): string {
  return parseVersionName(identifier, name)?.version ?? name;
}

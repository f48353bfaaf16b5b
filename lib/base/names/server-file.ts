const MAX_FILE_NAME_LENGTH = 200;
/** The version in a server file's name is one path segment that begins with a digit. */
const VERSION_PATTERN = /^\d[\w.+~-]*$/;
const EXTENSION_PATTERN = /^[A-Za-z][A-Za-z0-9]{0,9}$/;
/** `1.4.2.rc1` and `1.0.0.Final` end with a Maven qualifier, not with an extension. */
const QUALIFIER_PATTERN =
  /^(?:alpha|beta|milestone|rc|cr|snapshot|final|ga|release|sp)\d*$|^[abm]\d+$/i;
/** A file without an extension has the name that its version folder would have, so the folder gets this suffix. */
const BARE_FOLDER_SUFFIX = '.d';
const LAUNCHED_TYPES = ['jar', 'js', 'mjs', 'cjs', 'py'];
/** Unfinished downloads, archives (Vili's own zips too), checksums, notes: never a server. */
const FOREIGN_TYPES = new Set(
  (
    'zip tmp temp part partial filepart crdownload download aria2 swp swo swx bak old orig new save ' +
    'lock pid link d gz tgz tar bz2 xz zst 7z rar lz4 deb rpm md5 sha1 sha256 sha512 asc sig pom ' +
    'accept map out log jsonl xml json yaml yml properties env conf cfg ini csv txt md html'
  ).split(' '),
);
/** Maven publishes these along with the server; they cannot be started. */
const COMPANION_PATTERN = /-(?:sources|javadoc)$/i;

/** A version of the service: one server file in the base folder. */
export interface ServerFile {
  /** Name of the file in base, `inventory-1.4.2.jar`. */
  readonly fileName: string;
  /**
   * Name of the version and of its folder, `inventory-1.4.2`. An executable without an extension has
   * that very file name, so its folder is `inventory-1.4.2.d`.
   */
  readonly name: string;
  readonly version: string;
  /** With its dot, `.jar`; empty for an executable without an extension. */
  readonly extension: string;
}

/** A version known by its folder or archive only. */
export interface VersionName {
  readonly name: string;
  readonly version: string;
}

/**
 * Parses `IDENTIFIER-<digit…>.<ext>`; undefined for everything else: the link `IDENTIFIER.jar` that
 * others maintain, `IDENTIFIER-agent-1.0.jar`, unfinished downloads, archives, and anything that is
 * not a plain file name.
 */
export function parseServerFile(identifier: string, fileName: string): ServerFile | undefined {
  const rest = restOf(identifier, fileName);
  if (rest === undefined) return undefined;
  const extension = extensionOf(rest);
  const version = extension === '' ? rest : rest.slice(0, -extension.length);
  if (!isVersion(version) || COMPANION_PATTERN.test(version)) return undefined;
  if (FOREIGN_TYPES.has(extension.slice(1).toLowerCase())) return undefined;
  const name = fileName.slice(0, fileName.length - extension.length);
  const folder = extension === '' ? name + BARE_FOLDER_SUFFIX : name;
  return { fileName, name: folder, version, extension };
}

/** Parses the name of a version folder or of an archive without `.zip`; undefined for any other name. */
export function parseVersionName(identifier: string, name: string): VersionName | undefined {
  const rest = restOf(identifier, name);
  if (rest === undefined) return undefined;
  const isBare = rest.endsWith(BARE_FOLDER_SUFFIX);
  const version = isBare ? rest.slice(0, -BARE_FOLDER_SUFFIX.length) : rest;
  return isVersion(version) ? { name, version } : undefined;
}

// Private

function restOf(identifier: string, name: string): string | undefined {
  const prefix = `${identifier}-`;
  if (identifier === '' || name.length > MAX_FILE_NAME_LENGTH) return undefined;
  return name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
}

function extensionOf(rest: string): string {
  const dot = rest.lastIndexOf('.');
  const last = rest.slice(dot + 1);
  const isExtension = dot > 0 && EXTENSION_PATTERN.test(last) && !QUALIFIER_PATTERN.test(last);
  return isExtension ? `.${last}` : '';
}

/** `1.4.2.jar.1` (a second download), `1.4.2.jar~` and anything with `..` are not versions. */
function isVersion(text: string): boolean {
  if (!VERSION_PATTERN.test(text) || /\.\.|[.~]$/.test(text)) return false;
  const segments = text.toLowerCase().split('.').slice(1);
  return !segments.some((part) => LAUNCHED_TYPES.includes(part) || FOREIGN_TYPES.has(part));
}

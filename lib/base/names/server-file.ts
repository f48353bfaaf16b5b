const MAX_FILE_NAME_LENGTH = 200;
/** A version is one path segment of a server file's name; it begins with a digit. */
const VERSION_PATTERN = /^\d[\w.+~-]*$/;
const EXTENSION_PATTERN = /^[A-Za-z][A-Za-z0-9]{0,9}$/;
/** `1.4.2.rc1` and `1.0.0.Final` end in a Maven qualifier, not in a file type. */
const QUALIFIER_PATTERN =
  /^(?:alpha|beta|milestone|rc|cr|snapshot|final|ga|release|sp)\d*$|^[abm]\d+$/i;
/** A plain executable has the name its version folder would have, so its folder gets this ending. */
const PLAIN_FOLDER_ENDING = '.d';
const LAUNCHED_TYPES = ['jar', 'js', 'mjs', 'cjs', 'py'];
/** Downloads under way, archives (Vili's own zips too), checksums, notes: never a server. */
const FOREIGN_TYPES = new Set(
  (
    'zip tmp temp part partial filepart crdownload download aria2 swp swo swx bak old orig new save ' +
    'lock pid link d gz tgz tar bz2 xz zst 7z rar lz4 deb rpm md5 sha1 sha256 sha512 asc sig pom ' +
    'map out log jsonl xml json yaml yml properties env conf cfg ini csv txt md html'
  ).split(' '),
);
/** Maven publishes these beside the server; they cannot be started. */
const COMPANION_PATTERN = /-(?:sources|javadoc)$/i;

/** A version of the service: one server file in the base folder. */
export interface ServerFile {
  /** As it lies in base, `inventory-1.4.2.jar`. */
  readonly fileName: string;
  /**
   * The version's name and that of its folder, `inventory-1.4.2`. A plain executable has that very
   * file name, so its folder is `inventory-1.4.2.d`.
   */
  readonly name: string;
  readonly version: string;
  /** With its dot, `.jar`; empty for a plain executable. */
  readonly extension: string;
}

/** A version known by its folder or archive only. */
export interface VersionName {
  readonly name: string;
  readonly version: string;
}

/**
 * Reads `IDENTIFIER-<digit…>.<ext>`; undefined for everything else: the link `IDENTIFIER.jar` that
 * others maintain, `IDENTIFIER-agent-1.0.jar`, downloads under way, archives, anything that is no
 * plain file name.
 */
export function parseServerFile(identifier: string, fileName: string): ServerFile | undefined {
  const rest = restOf(identifier, fileName);
  if (rest === undefined) return undefined;
  const extension = extensionOf(rest);
  const version = extension === '' ? rest : rest.slice(0, -extension.length);
  if (!isVersion(version) || COMPANION_PATTERN.test(version)) return undefined;
  if (FOREIGN_TYPES.has(extension.slice(1).toLowerCase())) return undefined;
  const name = fileName.slice(0, fileName.length - extension.length);
  const folder = extension === '' ? name + PLAIN_FOLDER_ENDING : name;
  return { fileName, name: folder, version, extension };
}

/** Reads the name of a version folder or of an archive without `.zip`; undefined when it is none. */
export function parseVersionName(identifier: string, name: string): VersionName | undefined {
  const rest = restOf(identifier, name);
  if (rest === undefined) return undefined;
  const isFast = rest.endsWith(PLAIN_FOLDER_ENDING);
  const version = isFast ? rest.slice(0, -PLAIN_FOLDER_ENDING.length) : rest;
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

/** `1.4.2.jar.1` (a second download) and `1.4.2.jar~` are no versions, nor is anything with `..`. */
function isVersion(text: string): boolean {
  if (!VERSION_PATTERN.test(text) || /\.\.|[.~]$/.test(text)) return false;
  const segments = text.toLowerCase().split('.').slice(1);
  return !segments.some((part) => LAUNCHED_TYPES.includes(part) || FOREIGN_TYPES.has(part));
}

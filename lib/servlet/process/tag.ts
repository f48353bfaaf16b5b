import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { attempt } from '../../errors.ts';

/** Environment variable that every process of a servlet's tree inherits. */
export const TAG_VARIABLE = 'VILI_SERVLET';

/**
 * The mark in a servlet's environment by which its whole process tree is found again, even after
 * setsid or a double fork: `<real path of the base>:<id>:<uuid>`. A ':' in the id is escaped, so that
 * the last two colons always delimit id and uuid, whatever the base is called.
 */
export function servletTag(options: { base: string; id: string; uuid?: string }): string {
  const id = options.id.replace(/[%:]/g, (found) => (found === '%' ? '%25' : '%3A'));
  return `${options.base}:${id}:${options.uuid ?? randomUUID()}`;
}

/** The prefix of every tag of this base. Check `baseOfTag` as well: a base may contain a ':'. */
export function tagPrefixOf(base: string): string {
  return `${base}:`;
}

/** Whether a tag belongs to this base, by whatever name it was known when the process started: a link, a mount. */
export function isTagOf(base: string, tag: string): boolean {
  const other = baseOfTag(tag);
  return other === base || (other !== null && isSameFolder(other, base));
}

/** The base to which a tag belongs, or null when the text is not a tag. */
export function baseOfTag(tag: string): string | null {
  const end = tag.lastIndexOf(':');
  const middle = end > 0 ? tag.lastIndexOf(':', end - 1) : -1;
  return middle > 0 ? tag.slice(0, middle) : null;
}

// Private

function isSameFolder(left: string, right: string): boolean {
  return attempt(() => {
    const [a, b] = [statSync(left, { bigint: true }), statSync(right, { bigint: true })];
    return a.dev === b.dev && a.ino === b.ino;
  }, false);
}

import { randomUUID } from 'node:crypto';

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

/** The base to which a tag belongs, or null when the text is not a tag. */
export function baseOfTag(tag: string): string | null {
  const end = tag.lastIndexOf(':');
  const middle = end > 0 ? tag.lastIndexOf(':', end - 1) : -1;
  return middle > 0 ? tag.slice(0, middle) : null;
}

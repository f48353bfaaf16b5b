import { randomUUID } from 'node:crypto';

/** Name of the environment variable every process of a servlet's family inherits. */
export const TAG_VARIABLE = 'VILI_SERVLET';

/**
 * The mark in a servlet's environment by which its whole family is found again, also after setsid
 * or a double fork: `<real path of the base>:<id>:<uuid>`. A ':' in the id is escaped, so that the
 * last two colons always delimit id and uuid, whatever the base is called.
 */
export function servletTag(options: { base: string; id: string; uuid?: string }): string {
  const id = options.id.replace(/[%:]/g, (found) => (found === '%' ? '%25' : '%3A'));
  return `${options.base}:${id}:${options.uuid ?? randomUUID()}`;
}

/** What every tag of this base begins with. Compare with `baseOfTag` too: a base may hold a ':'. */
export function tagPrefixOf(base: string): string {
  return `${base}:`;
}

/** The base a tag belongs to, or null when the text is no tag. */
export function baseOfTag(tag: string): string | null {
  const end = tag.lastIndexOf(':');
  const middle = end > 0 ? tag.lastIndexOf(':', end - 1) : -1;
  return middle > 0 ? tag.slice(0, middle) : null;
}

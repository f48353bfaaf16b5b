/** Tags that are looked at, and how long one may be. */
const MAX_TAGS = 2000;
const MAX_TAG = 2000;
const NAME = /\sname\s*=\s*(?:"([^"]{1,200})"|'([^']{1,200})'|([^\s"'>]{1,200}))/i;
const VALUE = /\s(?:value|content)\s*=\s*(?:"([^"]{1,1024})"|'([^']{1,1024})'|([^\s"'>]{1,1024}))/i;

/** The values of a page that a script or form sends back: of `<input>` and `<meta>`, by name; one pass. */
export function fieldsOf(html: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let at = html.indexOf('<');
  for (let tags = 0; at !== -1 && tags < MAX_TAGS; tags++) {
    const start = html.slice(at + 1, at + 7).toLowerCase();
    if (start.startsWith('input') || start.startsWith('meta')) {
      const end = html.indexOf('>', at);
      const tag = html.slice(at, Math.min(end === -1 ? html.length : end, at + MAX_TAG));
      const [name, value] = [valueOf(NAME, tag), valueOf(VALUE, tag)];
      if (name !== '' && value !== '' && !fields.has(name)) fields.set(name, value);
    }
    at = html.indexOf('<', at + 1);
  }
  return fields;
}

// Private

function valueOf(pattern: RegExp, tag: string): string {
  const found = pattern.exec(tag);
  return found?.[1] ?? found?.[2] ?? found?.[3] ?? '';
}

/** What an element is to the comparison. */
export type Role =
  /** Part of the text around it. */
  | 'inline'
  /** Only arranges what is inside, which is a block of its own. */
  | 'frame'
  /** Nothing that users see. */
  | 'hidden'
  /** Said about the page. */
  | 'head'
  | 'form'
  | 'field'
  /** Shows something from elsewhere. */
  | 'media'
  /** Says what is in it. */
  | 'thing'
  /** Any element that names itself a landmark. */
  | { readonly landmark: string };

const ROLES = new Map<string, Role>();
for (const [role, names] of [
  [
    'inline',
    'a abbr acronym b bdi bdo big br cite code data dfn em font i ins kbd mark q rp rt ruby s samp small span strike strong sub sup time tt u var wbr nobr del',
  ],
  [
    'frame',
    'html head body div center tbody picture slot hgroup colgroup col frameset noframes map',
  ],
  ['hidden', 'style template noscript svg math hr area source track param'],
  ['head', 'title base meta link script'],
  ['form', 'form'],
  ['field', 'input select textarea button'],
  ['media', 'img video audio iframe embed object frame'],
] as const) {
  for (const name of names.split(' ')) ROLES.set(name, role);
}

/** Roles by which an element of any kind is a landmark (WAI-ARIA). */
const LANDMARKS: ReadonlySet<string> = new Set([
  'banner',
  'complementary',
  'contentinfo',
  'main',
  'navigation',
  'search',
  'dialog',
]);

export function roleOf(tagName: string, attribute: (name: string) => string | null): Role {
  const role = ROLES.get(tagName) ?? 'thing';
  if (role !== 'frame' && role !== 'thing') return role;
  const named = attribute('role');
  if (named === null || !LANDMARKS.has(named) || NATIVE.has(tagName)) return role;
  return { landmark: named };
}

/** The name of an element in a path. */
export function labelOf(tagName: string, role: Role): string {
  return typeof role === 'object' ? `[role=${role.landmark}]` : tagName;
}

// Private

/** Elements that are landmarks already, whatever role they repeat. */
const NATIVE: ReadonlySet<string> = new Set(['main', 'nav', 'header', 'footer', 'aside']);

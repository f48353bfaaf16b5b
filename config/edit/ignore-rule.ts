import { BadRequestError } from '../../lib/errors.ts';
import { FormatError } from '../formats/format.ts';
import { compareRules } from '../formats/compare-rules.ts';
import { shown } from '../problem.ts';

const MAX_RULE = 500;
/** A place of other content, `html: main h1`, which a rule has in quotes. */
const PLACE = /^[a-z]+: ?[^"]+$/;

/** Where differences are to be ignored. */
export interface Ignored {
  /** `$.price`, `header:NAME`, or a place such as `html: main h1`. */
  readonly path: string;
  /** `GET /items/{id}`; absent: everywhere. */
  readonly endpoint?: string | undefined;
}

/** The rule of `compare.rules` that ignores this. Throws BadRequestError that says what would be right. */
export function ignoreRule({ path, endpoint }: Ignored): string {
  const place = PLACE.test(path) && !path.startsWith('header:') ? `"${path}"` : path;
  const rule = `${endpoint ?? '*'} ignore ${place}`;
  const wrong = (why: string): BadRequestError =>
    new BadRequestError(`${shown(rule)} cannot be a rule: it ${why}`);
  if (rule.length > MAX_RULE) throw wrong(`has more than ${MAX_RULE} characters`);
  if (/\p{Cc}/u.test(rule)) throw wrong('has a line break or another control character');
  if (rule.includes(';')) throw wrong('has a semicolon, which separates rules');
  try {
    const rules = compareRules.parse(rule);
    if (rules.length !== 1) throw wrong('would be more than one');
  } catch (error) {
    if (error instanceof FormatError) throw wrong(error.message);
    throw error;
  }
  return rule;
}

import type { CompareRule, RuleAction } from '../../lib/model/traffic-rules.ts';
import { type Format, FormatError, type Raw, textOf } from './format.ts';
import { endpointTemplate, listOf } from './lists.ts';

const FORM = '[METHOD] /path/{id} ignore|tolerance|unordered|key $.path [value]';
const RULE =
  /^(\*|(?:\S+ +)?\/\S*) +(ignore|tolerance|unordered|key) +(\$(?:"(?:[^"\\]|\\.)*"|[^\s"])*|header:\S+|"[a-z]+: ?[^"]*")(?: +(\S+))?$/;
/** `$`, then `.name`, `..name`, `.*`, `[]`, `[*]` or `["any name"]`. */
const JSON_PATH =
  /^\$(?:\.\.?[\p{L}_$][\p{L}\p{N}_$-]*|\.\*|\[\*?\]|\["(?:[^"\\]|\\["\\/bfnrt])*"\])*$/u;
const HEADER = /^header:[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const NUMBER = /^(\d+(?:\.\d+)?(?:e-?\d+)?)(%?)$/i;

/** A place in JSON: `$.items[].price`. */
export const jsonPath: Format<string> = {
  name: 'JSON path',
  example: '$.card.number, $..password, $["a b"]',
  parse(raw) {
    const text = textOf(raw);
    if (!JSON_PATH.test(text)) throw new FormatError('is not a JSON path such as $.items[].price');
    return text;
  },
  holds: (value) => typeof value === 'string' && JSON_PATH.test(value),
};

const compareRule: Format<CompareRule> = {
  name: 'compare rule',
  example: 'GET /items/{id} ignore $.views',
  parse(raw: Raw) {
    const [, where, action, path = '', value] = RULE.exec(textOf(raw)) ?? [];
    if (where === undefined) throw new FormatError(`is not ${FORM}`);
    const endpoint = where === '*' ? null : endpointTemplate.parse(where);
    if (path.startsWith('header:')) {
      if (!HEADER.test(path) || action !== 'ignore') {
        throw new FormatError('can only ignore a header, as header:NAME');
      }
    } else if (path.startsWith('"')) {
      if (action !== 'ignore') throw new FormatError('can only ignore a place in quotes');
    } else jsonPath.parse(path);
    return { endpoint, path, ...actionOf(action, value) };
  },
  holds: (value) => typeof value === 'object' && value !== null && 'action' in value,
};

/** Rules for the comparison, separated by semicolons. */
export const compareRules = listOf(compareRule, {
  separator: /[;\n]/,
  name: 'compare rules',
  example: 'GET /items/{id} ignore $.views; * tolerance $..price 0.01; /tags unordered $; none',
});

// Private

function actionOf(action: string | undefined, value: string | undefined): RuleAction {
  if (action === 'tolerance') {
    const [, digits, sign] = NUMBER.exec(value ?? '') ?? [];
    if (digits === undefined) {
      throw new FormatError('needs a number after the path: tolerance $.price 0.01, or 1%');
    }
    const relative = sign === '%';
    return { action, amount: Number(digits) / (relative ? 100 : 1), relative };
  }
  if (action === 'key') {
    if (value === undefined) {
      throw new FormatError('needs a field after the path: key $.items id');
    }
    return { action, key: value };
  }
  if (value !== undefined) throw new FormatError(`takes nothing after the path, not "${value}"`);
  return action === 'unordered' ? { action } : { action: 'ignore' };
}

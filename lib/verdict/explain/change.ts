import type { TallyEntry } from '../evidence/tally.ts';
import { shortened } from './wording.ts';

const JSON_TYPES = new Set(['number', 'string', 'boolean', 'null', 'object', 'array']);
const MAX_VALUE = 40;

/** `$.price changed from number to string`: one difference in words. */
export function changeOf({ kind, path, running, testing }: TallyEntry): string {
  switch (kind) {
    case 'missing':
      return `${path} is missing`;
    case 'type':
      return `${path} changed from ${typeOf(running)} to ${typeOf(testing)}`;
    case 'value':
      return `${path} changed${example(running, testing)}`;
    case 'status':
      return `the status changed${example(running, testing)}`;
    case 'header':
      return `the header ${path} changed${example(running, testing)}`;
    default:
      return `the body${path === '' || path === '$' ? '' : ` at ${path}`} differs`;
  }
}

// Private

function example(running: string, testing: string): string {
  if (running === '' && testing === '') return '';
  const [before, after] = [shortened(running, MAX_VALUE), shortened(testing, MAX_VALUE)];
  return `, for instance from ${before || 'nothing'} to ${after || 'nothing'}`;
}

/** The JSON type of a rendering, which may be the type's name already. */
function typeOf(rendering: string): string {
  const text = rendering.trim();
  if (JSON_TYPES.has(text)) return text;
  if (text.startsWith('"')) return 'string';
  if (text.startsWith('{')) return 'object';
  if (text.startsWith('[')) return 'array';
  if (text === 'true' || text === 'false') return 'boolean';
  return /^-?\d/.test(text) ? 'number' : shortened(text, MAX_VALUE) || 'another type';
}

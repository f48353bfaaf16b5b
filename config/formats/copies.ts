import { placeholdersOf, withoutEndSlashes } from '../../lib/model/path-template.ts';
import type {
  HeaderEdit,
  PathRewrite,
  StateMode,
  StateRule,
  StickyKey,
} from '../../lib/model/traffic-rules.ts';
import { shown } from '../problem.ts';
import { type Format, FormatError, type Raw, textOf } from './format.ts';
import { checkTemplate, listOf } from './lists.ts';
import { headerName } from './names.ts';

/** `cookie session`, `header X-User-Id`, or `none`. */
export const stickyKey: Format<StickyKey | null> = {
  name: 'sticky key',
  example: 'cookie session, header X-User-Id, none',
  parse(raw) {
    const [kind, name, ...more] = textOf(raw).split(/[\s:]+/);
    if (kind?.toLowerCase() === 'none' && name === undefined) return null;
    if (name === undefined || more.length > 0 || (kind !== 'cookie' && kind !== 'header')) {
      throw new FormatError('is not "cookie NAME", "header NAME" or "none"');
    }
    return { kind, name: headerName.parse(name) };
  },
  holds: (value) => value === null || isRecord(value, 'kind'),
};

const headerEdit: Format<HeaderEdit> = {
  name: 'header change',
  example: 'set X-Test: yes',
  parse(raw) {
    const text = textOf(raw);
    const removed = /^remove\s+(\S+)$/.exec(text);
    if (removed !== null) return { name: headerName.parse(removed[1] ?? ''), value: null };
    const set = /^set\s+([^\s:]+)\s*:([^]*)$/.exec(text);
    if (set === null) throw new FormatError('is not "set NAME: VALUE" or "remove NAME"');
    const value = (set[2] ?? '').trim();
    if (!/^[\x20-\x7e\t]*$/.test(value)) throw new FormatError('has a value that is not ASCII');
    return { name: headerName.parse(set[1] ?? ''), value };
  },
  holds: (value) => isRecord(value, 'name'),
};

/** `set NAME: VALUE` and `remove NAME`, separated by semicolons. */
export const headerEdits = listOf(headerEdit, {
  separator: /[;\n]/,
  name: 'header changes',
  example: 'set Authorization: Bearer test; remove Cookie; none',
});

const pathRewrite: Format<PathRewrite> = {
  name: 'path rewrite',
  example: '/old/* -> /new/*',
  parse(raw) {
    const [from, to, ...more] = textOf(raw)
      .split('->')
      .map((part) => part.trim());
    if (from === undefined || to === undefined || more.length > 0) {
      throw new FormatError('is not /from/{id} -> /to/{id}');
    }
    checkTemplate(from);
    checkTemplate(to);
    checkPlaceholders(from, to);
    return { from, to };
  },
  holds: (value) => isRecord(value, 'from'),
};

/** `/from/{id} -> /to/{id}`, separated by commas or semicolons. */
export const pathRewrites = listOf(pathRewrite, {
  separator: /[,;\n]/,
  name: 'path rewrites',
  example: '/v1/{id} -> /v2/{id}, /old/* -> /new/*; none',
});

const STATE_MODES: readonly StateMode[] = ['auto', 'shared', 'own'];

const stateRule: Format<StateRule> = {
  name: 'state rule',
  example: '/cart own',
  parse(raw) {
    const [first = '', ...rest] = textOf(raw).split(/\s+/);
    const isForAll = rest.length === 0;
    const [word = '', ...more] = isForAll ? [first] : rest;
    const mode = STATE_MODES.find((one) => one === word);
    if (mode === undefined || more.length > 0) {
      throw new FormatError('is not "auto", "shared" or "own", with or without a path before it');
    }
    const path = isForAll ? '' : withoutEndSlashes(first) || '/';
    if (!isForAll) checkTemplate(path);
    if (/[{}*]/.test(path))
      throw new FormatError('has a path with "{", "}" or "*"; it is a prefix');
    return { path, mode };
  },
  holds: (value) => isRecord(value, 'mode'),
};

/** `auto`, `/cart own`, separated by commas or semicolons. */
export const stateRules = listOf(stateRule, {
  separator: /[,;\n]/,
  name: 'state rules',
  example: 'auto; /cart own, shared',
});

// Private

function checkPlaceholders(from: string, to: string): void {
  const known = placeholdersOf(from);
  const used = placeholdersOf(to);
  const isStar = (placeholder: string) => placeholder === '*';
  const unknown = used.find((name) => !isStar(name) && !known.includes(name));
  if (unknown !== undefined)
    throw new FormatError(`uses ${shown(unknown)}, which is missing before "->"`);
  if (used.filter(isStar).length > known.filter(isStar).length) {
    throw new FormatError('has more "*" after "->" than before it');
  }
}

function isRecord(value: unknown, key: string): value is Raw & object {
  return typeof value === 'object' && value !== null && key in value;
}

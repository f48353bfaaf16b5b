import { starProblem, templateProblem } from '../../lib/model/path-template.ts';
import type { MirrorRule } from '../../lib/model/traffic-rules.ts';
import { shown } from '../problem.ts';
import { type Format, FormatError, type Raw, textOf } from './format.ts';
import { method } from './names.ts';

const MAX_ITEMS = 1000;
const MAX_ARGUMENTS = 100;
const QUERY_PART = /[^\s#?&={}]+(?:=(?:\{[^\s#&={}]*\}|[^\s#&{}]*))?/;
const QUERY_TEMPLATE = new RegExp(`^${QUERY_PART.source}(?:&${QUERY_PART.source}){0,7}$`);

const mirrorRule: Format<MirrorRule> = {
  name: 'mirror rule',
  example: 'POST /orders/{id} off',
  parse(raw) {
    const [verb, path, state, ...more] = textOf(raw).split(/\s+/);
    if (verb === undefined || path === undefined || more.length > 0) throw ruleError();
    if (state !== 'on' && state !== 'off') throw ruleError();
    checkTemplate(path);
    return { method: verb === '*' ? '*' : method.parse(verb), path, on: state === 'on' };
  },
  holds: (value) => typeof value === 'object' && value !== null && 'method' in value,
};

/** Rules `METHOD /path/{id} on|off`, separated by commas or semicolons. */
export const mirrorRules = listOf(mirrorRule, {
  separator: /[,;\n]/,
  name: 'mirror rules',
  example: 'POST /orders/{id} off, * /reports/* on; none',
});

/** A path template, with or without a method before it: `GET /items/{id}`; `*` is the rest. */
export const endpointTemplate: Format<string> = {
  name: 'endpoint',
  example: '/items/{id}, GET /files/*',
  parse(raw) {
    const words = textOf(raw).split(/\s+/);
    const path = words.pop() ?? '';
    if (words.length > 1) throw new FormatError('is not [METHOD] /path/{id}');
    checkTemplate(path);
    return [...words.map((word) => method.parse(word)), path].join(' ');
  },
  holds: (value) => typeof value === 'string',
};

/** An endpoint template, with or without a query that tells requests of one path apart. */
export const routeTemplate: Format<string> = {
  name: 'route',
  example: '/items/{id}, GET /files/*, GET /doku.php?do={do}',
  parse(raw) {
    const [path = '', ...query] = textOf(raw).split('?');
    const endpoint = endpointTemplate.parse(path);
    if (query.length === 0) return endpoint;
    if (!QUERY_TEMPLATE.test(query.join('?'))) {
      throw new FormatError('has a query that is not name={name} or name=value, joined by "&"');
    }
    return `${endpoint}?${query.join('?')}`;
  },
  holds: (value) => typeof value === 'string',
};

/** A path in which `*` matches anything, also at its start. */
export const pathPattern: Format<string> = {
  name: 'path pattern',
  example: '/health, */health',
  parse(raw) {
    const text = textOf(raw);
    if (!/^[/*][\x21-\x7e]*$/.test(text) || /[?#]/.test(text)) {
      throw new FormatError(
        'is not a path. It begins with "/" or "*" and has no space, "?" or "#"',
      );
    }
    check(starProblem(text));
    return text;
  },
  holds: (value) => typeof value === 'string',
};

/** Extension -> command, `.rb` -> `['ruby', '{file}']`: a map in yaml, or `.rb=ruby {file}; .sh=sh {file}`. */
export const launchCommands: Format<ReadonlyMap<string, readonly string[]>> = {
  name: 'commands',
  example: '.rb=ruby {file}; .php=php -S 127.0.0.1:{port} {file}; none',
  parse(raw) {
    const commands = new Map<string, readonly string[]>();
    for (const [extension, command] of rawCommands(raw)) {
      if (commands.has(extension)) throw new FormatError(`sets ${shown(extension)} twice`);
      commands.set(extension, launchCommand(extension, command));
    }
    return commands;
  },
  holds: (value) => value instanceof Map,
};

/** Several values: a list in yaml, or text with separators. `none` is the empty list. */
export function listOf<T>(
  item: Format<T>,
  {
    separator = /,/,
    name = `list of ${item.name}`,
    example = `${item.example}; none`,
  }: { separator?: RegExp; name?: string; example?: string } = {},
): Format<readonly T[]> {
  return {
    name,
    example,
    parse: (raw) => itemsOf(raw, separator).map((entry) => parseItem(item, entry)),
    holds: (value) => Array.isArray(value) && value.every((entry) => item.holds(entry)),
  };
}

/** Throws when a path breaks a rule of path templates. */
export function checkTemplate(path: string): void {
  check(templateProblem(path));
}

// Private

function itemsOf(raw: Raw, separator: RegExp): readonly Raw[] {
  const items = typeof raw === 'string' ? split(raw, separator) : raw;
  if (!Array.isArray(items)) throw new FormatError('must be a list, not a map');
  if (items.length > MAX_ITEMS) throw new FormatError(`has more than ${MAX_ITEMS} items`);
  return items;
}

/** Parses one item; an error names it. */
function parseItem<T>(format: Format<T>, raw: Raw): T {
  try {
    return format.parse(raw);
  } catch (error) {
    if (!(error instanceof FormatError) || typeof raw !== 'string') throw error;
    throw new FormatError(`has the item ${shown(raw)}, which ${error.message}`);
  }
}

function ruleError(): FormatError {
  return new FormatError('is not METHOD /path/{id} on|off');
}

function check(problem: string | null): void {
  if (problem !== null) throw new FormatError(problem);
}

function split(text: string, separator: RegExp): string[] {
  if (text.trim().toLowerCase() === 'none') return [];
  const parts = text.split(separator).map((part) => part.trim());
  return parts.filter((part) => part !== '');
}

function rawCommands(raw: Raw): [string, Raw][] {
  if (typeof raw === 'string') return split(raw, /[;\n]/).map(splitCommand);
  if (raw instanceof Map) return [...raw];
  throw new FormatError('must be a map of file extension to command, not a list');
}

function splitCommand(entry: string): [string, Raw] {
  const at = entry.indexOf('=');
  if (at < 0) throw new FormatError('is not .extension=command');
  return [entry.slice(0, at).trim(), entry.slice(at + 1).trim()];
}

function launchCommand(extension: string, raw: Raw): readonly string[] {
  if (!/^\.[A-Za-z0-9_.-]{1,30}$/.test(extension)) {
    throw new FormatError(`has the file extension ${shown(extension)}, which must be like .rb`);
  }
  const words = typeof raw === 'string' ? raw.split(/\s+/).filter((word) => word !== '') : raw;
  if (!Array.isArray(words)) throw new FormatError(`gives ${extension} a map instead of a command`);
  const command = words.map((word: Raw) => argumentOf(extension, word));
  if (command.length === 0 || command[0] === '') {
    throw new FormatError(`gives ${extension} no command`);
  }
  if (command.length > MAX_ARGUMENTS) throw new FormatError(`gives ${extension} over 100 words`);
  return command;
}

function argumentOf(extension: string, raw: Raw): string {
  if (typeof raw !== 'string' || raw.includes('\0')) {
    throw new FormatError(`gives ${extension} an argument that is not text`);
  }
  for (const [, name] of raw.matchAll(/\{([a-z]+)\}/g)) {
    if (name === undefined || !['file', 'port', 'instance', 'base'].includes(name)) {
      throw new FormatError(
        `gives ${extension} the unknown ${shown(`{${name}}`)}, not {file} {port} {instance} {base}`,
      );
    }
  }
  return raw;
}

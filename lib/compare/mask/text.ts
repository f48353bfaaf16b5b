import { stripVTControlCharacters } from 'node:util';
import { createNamedMask } from './named.ts';
import type { Names } from './names.ts';
import { decodedOnce, maskUrl, maskUser, type UrlMasking } from './url.ts';
import { isOpaque, MARK, maskShapes } from './values.ts';
import { hasTags, maskXml, withoutEntities } from './xml.ts';

/** A text within a value within a text: beyond this it is masked as a whole. */
const MAX_DEPTH = 4;
/** No name with a value is shorter, nor any credential that is known by its form. */
const SHORTEST = 4;

/** URLs, and paths where a word begins. */
const URLS = /(?:\b(?:https?|wss?):\/\/|(?<![^\s"'`(<=,:[])\/)[^\s"'`<>\\]+/gi;
/** The user and password of any other kind of address: databases, queues. */
const ADDRESSES = /\b[a-z][a-z\d+.-]{1,30}:\/\/[^\s"'`<>]+/gi;
const WEB = /^(?:https?|wss?):/i;
/** Credentials are recognized by the preceding word, wherever they occur. */
const SCHEMES =
  /\b(Bearer|Basic|Negotiate|NTLM)(\s+|%20|\+)(?!(?:auth\w*|realm|scheme|challenge|credentials?|tokens?)\b)[\w.~+/=-]{6,}/gi;
/** What stands beside the name of a credential without a sign between them. */
const BESIDE =
  /(?<![\p{L}\p{N}_-])([\p{L}_][\p{L}\p{N}_-]*)["'`]?([\])}]?(?:\s{0,8}(?:->|[|,([{<])\s{0,8}|\s{1,8})(?:is |was )?["'`<]?)([\w.~+/=%-]{16,})/gu;
/** `curl -u user:password`, and the address of an Oracle database. */
const USERS =
  /((?:\s-u\s{0,4}|--user[ =])["']?[^\s:"']{1,100}:|\bjdbc:\w{1,20}:thin:[^\s/@]{1,100}\/)([^\s"'@]+)/g;
/** Options of a command: `--password VALUE`. */
const OPTIONS = /(?<![\w-])(--?[A-Za-z][\w-]*)(\s+)(?!-)(?:"[^"]*"|'[^']*'|[^\s"']+)/g;
/** Without one of these, a text has neither names with values nor anything else but a form. */
const SIGNS = /[=:/%<>@\s[{(|,;]/;
const ENTITY = /&(?:quot|apos|#\w{1,7});/i;
const ESCAPED_RUN = /[^\s"'`<>]+/g;

/** Masks a text of any kind; what it replaced is `MARK`. */
export type TextMask = (text: string) => string;

/** What is masked besides what its name or form says. */
export interface TextMasking {
  readonly names: Names;
  /** Whether the operator names this parameter. */
  isMasked(name: string): boolean;
  /** A document within the text, masked; null when it is none. */
  maskDocument(text: string, maskString: TextMask): string | null;
}

/**
 * Searches a text for what follows the name of a credential, for URLs, and for what has the form of
 * a credential. Each pattern passes over the text a fixed number of times, since texts are hostile.
 */
export function createTextMask(masking: TextMasking): TextMask {
  const maskNamed = createNamedMask(masking.names);
  const masked = (text: string, depth: number): string => {
    if (text.length < SHORTEST) return text;
    if (!SIGNS.test(text)) return maskShapes(text);
    if (depth > MAX_DEPTH) return MARK;
    const inner: TextMask = (value) => masked(value, depth + 1);
    const document = masking.maskDocument(text, inner);
    if (document !== null) return document;
    const url: UrlMasking = { ...masking, maskValue: inner };
    let result = text.replace(URLS, (found) => maskUrl(found, url));
    if (result.includes('@')) result = maskAddresses(result);
    result = maskNamed(result);
    result = result.replace(USERS, `$1${MARK}`);
    result = maskShapes(result.replace(SCHEMES, `$1$2${MARK}`));
    result = maskBeside(result, masking.names);
    const isClean = (plain: string): boolean => inner(plain) === plain;
    if (hasTags(result)) result = maskXml(result, masking.names, isClean);
    else if (ENTITY.test(result) && !isClean(withoutEntities(result))) return MARK;
    return result.includes('%') ? maskEscaped(result, inner) : result;
  };
  return (written) => {
    // Colours may part a name from its value; a mark of ours must not come from outside.
    const plain = written.includes('\u001b') ? stripVTControlCharacters(written) : written;
    return masked(plain.includes(MARK) ? plain.replaceAll(MARK, ' ') : plain, 0);
  };
}

// Private

function maskAddresses(text: string): string {
  return text.replace(ADDRESSES, (found) => {
    if (!found.includes('@')) return found;
    const end = WEB.test(found) ? authorityEnd(found) : found.length;
    return maskUser(found.slice(0, end)) + found.slice(end);
  });
}

function authorityEnd(url: string): number {
  const end = url.slice(url.indexOf('//') + 2).search(/[/?#]/);
  return end === -1 ? url.length : url.indexOf('//') + 2 + end;
}

function maskBeside(text: string, names: Names): string {
  const isSecret = (name: string): boolean => {
    const kind = names.kindOf(name);
    return kind === 'line' || kind === 'secret';
  };
  const beside = text.replace(BESIDE, (all, name: string, between: string, value: string) =>
    isSecret(name) && (isOpaque(value) || /\d/.test(value))
      ? all.slice(0, all.length - value.length - between.length) + between + MARK
      : all,
  );
  return beside.replace(OPTIONS, (all, name: string, between: string) =>
    isSecret(name.replace(/^-+/, '')) ? `${name}${between}${MARK}` : all,
  );
}

/** What is escaped is looked at without its escapes, and shown so where something is masked. */
function maskEscaped(text: string, inner: TextMask): string {
  return text.replace(ESCAPED_RUN, (run) => {
    if (!run.includes('%')) return run;
    const plain = decodedOnce(run);
    if (plain === run) return run;
    const masked = inner(plain.replaceAll(MARK, '\u0002'));
    return masked.includes(MARK) ? masked.replaceAll('\u0002', MARK) : run;
  });
}

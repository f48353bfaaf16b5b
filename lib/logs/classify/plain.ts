import type { Level } from '../follow/batch.ts';
import { withoutColours } from './colours.ts';
import { levelOfWord } from './level-words.ts';

/** A level occurs near the start of a line; further in, the word is usually part of a message. */
const HEAD_CHARACTERS = 240;

/** `E1122 08:48:11.708` of klog and glog. */
const KLOG = /^([IWEF])\d{4} \d\d:/;
/** `level=error` of logfmt, `"level" : "ERROR"` of JSON that is spread over several lines. */
const ASSIGNED =
  /(?:^|[\s,{])"?(?:@?level|log\.level|lvl|severity|levelname|loglevel)"?\s*[=:]\s*"?([A-Za-z]{1,13})\b/i;
const UPPER_CASE =
  /(?:^|[^\w])(TRACE|FINEST|FINER|FINE|DEBUG|CONFIG|INFO|NOTICE|WARN|WARNING|ERROR|SEVERE|FATAL|CRITICAL|CRIT|PANIC|ALERT|EMERG|EMERGENCY)(?![\w])/;
/** `[error]` of nginx and httpd (`[core:error]`), `<warn>`. */
const BRACKETED = /[[<](?:\w+:)?([a-z]{3,9})[\]>]/g;
/** `error: …` and `fatal: …` at the very start. */
const PREFIX = /^(warn|warning|error|fatal|panic)\b:/i;
/** What runtimes print for an uncaught exception. */
const UNCAUGHT =
  /^(?:Exception in thread |Traceback \(most recent call last\)|Uncaught |Unhandled |(?:[\w$]+\.)*[A-Z]\w*(?:Error|Exception)(?::|$))/;

/**
 * The level of a line that is not JSON, by its words; `unknown` when it has none of the usual
 * shapes, as the lines of a stack trace.
 */
export function levelOfPlain(line: string): Level {
  const head = withoutColours(line.slice(0, HEAD_CHARACTERS));
  const klog = KLOG.exec(head)?.[1];
  if (klog !== undefined) return levelOfWord(klog) ?? 'unknown';
  const words = [ASSIGNED.exec(head)?.[1], UPPER_CASE.exec(head)?.[1], PREFIX.exec(head)?.[1]];
  for (const word of words) {
    const level = word === undefined ? null : levelOfWord(word);
    if (level !== null) return level;
  }
  for (const [, word] of head.matchAll(BRACKETED)) {
    const level = word === undefined ? null : levelOfWord(word);
    if (level !== null) return level;
  }
  return UNCAUGHT.test(head) ? 'error' : 'unknown';
}

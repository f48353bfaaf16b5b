/**
 * Fields that merely tell which version or which process responded differ between any two versions, and
 * never between two responses of one process. They say nothing of what users get.
 */

/**
 * `constant`: may tell the version or the process, which it does as long as each side keeps to one value;
 * `moment`: what no two processes share, such as a time of now; `real`: anything else.
 */
export type ChangeNature = 'constant' | 'moment' | 'real';

const MASKED = '[masked]';
const DAY_MS = 86_400_000;
/** A value this old may still be the time of a start or of a build. */
const OLDEST_BUILD_MS = 5 * 365 * DAY_MS;
const CLOCK_SLACK_MS = 60_000;

/** Words of a name that stand for a version or a process. */
const TELLING_WORDS = new Set(
  'version versions ver build builds commit sha revision changeset vcs pid port hostname instance uptime started boot pod'.split(
    ' ',
  ),
);
const TELLING_PARENTS = new Set(['version', 'build', 'git', 'commit']);

const OWN_ADDRESS = /(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]):\d{1,5}/g;
const PROCESS_ROLE = /^"?(?:running|test)"?$/;
/** What a build or a process is told apart by: ids, times, versions, hashes, Vili's own folders. */
const TOKENS: readonly RegExp[] = [
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
  /\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?/g,
  /\b\d+_(?:running|test)\b/g,
  /\bv?\d{1,9}(?:\.\d{1,9}){2,5}(?:[-+][0-9A-Za-z.-]{1,40})?/g,
  /\bv?\d{1,9}(?:\.\d{1,9}){1,5}-(?:snapshot|rc|m|alpha|beta|ga|final|release|dev|pre)[\w.]{0,20}/gi,
  /\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}\b/gi,
];
const EPOCH = /^\d{10}(?:\d{3})?(?:\.\d+)?$/;
const TIME = /^(?:\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? )/i;

/** What the change of one value may mean; `atMs` is when, on a clock that began with the wall's. */
export function natureOf(
  path: string,
  running: string,
  testing: string,
  atMs: number,
): ChangeNature {
  if (running === MASKED && testing === MASKED) return 'moment';
  if (running.replaceAll(OWN_ADDRESS, '') === testing.replaceAll(OWN_ADDRESS, '')) return 'moment';
  if (PROCESS_ROLE.test(running) && PROCESS_ROLE.test(testing)) return 'constant';
  const [ours, theirs] = [timeOf(running), timeOf(testing)];
  if (ours !== null && theirs !== null) {
    const oldest = atMs - Math.min(ours, theirs);
    const isPast = Math.max(ours, theirs) <= atMs + CLOCK_SLACK_MS;
    if (isPast && oldest <= DAY_MS) return 'moment';
    if (isPast && oldest <= OLDEST_BUILD_MS) return 'constant';
    return 'real';
  }
  const isTold = isNamed(path) || withoutTokens(running) === withoutTokens(testing);
  return isTold ? 'constant' : 'real';
}

// Private

/** ms, of a date with a time or of seconds or milliseconds since 1970; null for anything else. */
function timeOf(rendering: string): number | null {
  const text = rendering.replaceAll('"', '').trim();
  if (EPOCH.test(text)) return Number(text) * (text.split('.')[0]?.length === 10 ? 1000 : 1);
  const ms = TIME.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

function withoutTokens(rendering: string): string {
  return TOKENS.reduce((text, token) => text.replaceAll(token, '#'), rendering);
}

function isNamed(path: string): boolean {
  const keys = path.split(/[^\w-]+/).filter((key) => key !== '');
  const words = wordsOf(keys.at(-1) ?? '');
  if (words.some((word) => TELLING_WORDS.has(word))) return true;
  return keys.slice(0, -1).some((key) => TELLING_PARENTS.has(key.toLowerCase()));
}

/** `buildNumber`, `build_number` and `build-number` are the same words. */
function wordsOf(key: string): readonly string[] {
  return key
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/);
}

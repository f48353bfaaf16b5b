import type { Values } from '../schema.ts';
import { type Finding, problemIf, warningIf } from './finding.ts';

const FEW_REQUESTS = 20;
/** Headers that say where a message ends, or belong to one connection. */
const FRAMING_HEADERS = [
  'connection',
  'content-length',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'keep-alive',
  'expect',
];
/** Headers that the hop itself needs; a mark in one of them would break every copy. */
const OWN_HEADERS = [
  ...FRAMING_HEADERS,
  'host',
  'content-type',
  'authorization',
  'cookie',
  'x-request-id',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'forwarded',
];

/** Copies that could never be made, or would not arrive as they should. */
export function mirrorRules({ mirror }: Values): Finding[] {
  return [
    ...problemIf(
      mirror.queue_size < mirror.max_body,
      'mirror.queue_size',
      'must not be smaller than {mirror.max_body}: such a body could never be copied',
    ),
    ...problemIf(
      OWN_HEADERS.includes(mirror.header.toLowerCase()),
      'mirror.header',
      'is a header that requests need themselves',
    ),
    ...problemIf(
      mirror.headers.some(({ name }) => FRAMING_HEADERS.includes(name.toLowerCase())),
      'mirror.headers',
      'changes a header that the connection needs itself',
    ),
    ...warningIf(
      mirror.sticky !== null && mirror.sample === 1,
      'mirror.sticky',
      'has no effect with {mirror.sample}',
    ),
    ...problemIf(
      mirror.methods.includes('CONNECT') || mirror.rules.some(isConnect),
      mirror.methods.includes('CONNECT') ? 'mirror.methods' : 'mirror.rules',
      'must not name CONNECT: a tunnel cannot be copied',
    ),
    ...warningIf(
      mirror.sample === 0 || (mirror.methods.length === 0 && !mirror.rules.some(({ on }) => on)),
      mirror.sample === 0 ? 'mirror.sample' : 'mirror.methods',
      'lets nothing be copied: there will never be a verdict',
    ),
  ];
}

/** A test that could never end well, or hardly proves anything. */
export function verdictRules({ verdict }: Values): Finding[] {
  return [
    ...problemIf(
      verdict.deadline <= verdict.min_time,
      'verdict.deadline',
      'must be longer than {verdict.min_time}: no version could be promoted',
    ),
    ...problemIf(
      verdict.deadline <= verdict.confirm_time,
      'verdict.deadline',
      'must be longer than {verdict.confirm_time}: no version could be rejected',
    ),
    ...problemIf(
      verdict.deadline <= verdict.warmup_time,
      'verdict.deadline',
      'must be longer than {verdict.warmup_time}: latency would never be judged',
    ),
    ...warningIf(
      verdict.min_requests < FEW_REQUESTS,
      'verdict.min_requests',
      `is less than ${FEW_REQUESTS}: so few requests hardly prove anything`,
    ),
  ];
}

// Private

function isConnect({ method, on }: { method: string; on: boolean }): boolean {
  return on && method === 'CONNECT';
}

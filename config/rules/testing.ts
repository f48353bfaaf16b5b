import type { SchemaSettings } from '../schema.ts';
import { type Finding, problemIf, warningIf } from './finding.ts';
import { FRAMING_HEADERS, OWN_HEADERS } from './own-headers.ts';

const FEW_REQUESTS = 20;
/** Copies that could never be made, or would arrive broken. */
export function mirrorRules({ mirror }: SchemaSettings): Finding[] {
  return [
    ...problemIf(
      mirror.queueBytes < mirror.maxBodyBytes,
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
      'prevents every copy: there will never be a verdict',
    ),
  ];
}

/** A test that could never end with a verdict, or proves very little. */
export function verdictRules({ verdict }: SchemaSettings): Finding[] {
  return [
    ...problemIf(
      verdict.deadlineMs <= verdict.minTimeMs,
      'verdict.deadline',
      'must be longer than {verdict.min_time}: no version could be promoted',
    ),
    ...problemIf(
      verdict.deadlineMs <= verdict.confirmTimeMs,
      'verdict.deadline',
      'must be longer than {verdict.confirm_time}: no version could be rejected',
    ),
    ...problemIf(
      verdict.deadlineMs <= verdict.warmupTimeMs,
      'verdict.deadline',
      'must be longer than {verdict.warmup_time}: latency would never be judged',
    ),
    ...warningIf(
      verdict.minRequests < FEW_REQUESTS,
      'verdict.min_requests',
      `is less than ${FEW_REQUESTS}: so few requests prove very little`,
    ),
  ];
}

// Private

function isConnect({ method, on }: { method: string; on: boolean }): boolean {
  return on && method === 'CONNECT';
}

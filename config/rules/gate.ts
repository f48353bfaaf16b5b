import type { Values } from '../schema.ts';
import { type Finding, problemIf, warningIf } from './finding.ts';

const MIN_HEADER_LINE_BYTES = 'a:\r\n'.length;

/** Limits of the users' port that contradict each other. */
export function gateRules({ header, hold, request, tls }: Values): Finding[] {
  return [
    ...problemIf(tls.cert !== '' && tls.key === '', 'tls.cert', 'needs tls.key'),
    ...problemIf(tls.key !== '' && tls.cert === '', 'tls.key', 'needs tls.cert'),
    ...warningIf(
      hold.max >= request.idle_timeout,
      'hold.max',
      'is not shorter than {request.idle_timeout}: clients may be cut off while they wait',
    ),
    ...warningIf(
      header.max_count * MIN_HEADER_LINE_BYTES > header.max_size,
      'header.max_count',
      'cannot be reached: so many lines do not fit into {header.max_size}',
    ),
    ...problemIf(
      hold.max > 0 && hold.max_requests > 0 && hold.max_size < header.max_size,
      'hold.max_size',
      'must not be smaller than {header.max_size}: no request could wait',
    ),
  ];
}

/** What is shared out among several processes must leave something for each. */
export function gateProcessRules({
  gate,
  header,
  hold,
  mirror,
  request,
  upstream,
}: Values): Finding[] {
  const { processes } = gate;
  if (processes === 1) return [];
  const least = 'must leave something for each of {gate.processes}';
  return [
    ...problemIf(request.max_connections < processes, 'request.max_connections', least),
    ...problemIf(upstream.max_connections < processes, 'upstream.max_connections', least),
    ...problemIf(
      hold.max_requests > 0 && hold.max_requests < processes,
      'hold.max_requests',
      least,
    ),
    ...problemIf(
      hold.max > 0 && hold.max_requests > 0 && hold.max_size < header.max_size * processes,
      'hold.max_size',
      'must leave {header.max_size} for each of {gate.processes}: no request could wait',
    ),
    ...problemIf(
      mirror.queue_size < mirror.max_body * processes,
      'mirror.queue_size',
      'must leave {mirror.max_body} for each of {gate.processes}: such a body could never be copied',
    ),
  ];
}

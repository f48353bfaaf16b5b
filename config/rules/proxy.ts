import type { SchemaSettings } from '../schema.ts';
import { type Finding, problemIf, warningIf } from './finding.ts';

const MIN_HEADER_LINE_BYTES = 'a:\r\n'.length;

/** Limits of the proxy that contradict each other. */
export function proxyRules({ header, hold, request, tls }: SchemaSettings): Finding[] {
  return [
    ...problemIf(tls.cert !== '' && tls.key === '', 'tls.cert', 'needs tls.key'),
    ...problemIf(tls.key !== '' && tls.cert === '', 'tls.key', 'needs tls.cert'),
    ...warningIf(
      hold.maxMs >= request.idleTimeoutMs,
      'hold.max',
      'is not shorter than {request.idle_timeout}: clients may be cut off while they wait',
    ),
    ...warningIf(
      header.maxCount * MIN_HEADER_LINE_BYTES > header.maxBytes,
      'header.max_count',
      'cannot be reached: so many lines do not fit into {header.max_size}',
    ),
    ...problemIf(
      isHolding(hold) && hold.maxBytes < header.maxBytes,
      'hold.max_size',
      'must not be smaller than {header.max_size}: no request could wait',
    ),
  ];
}

/** Limits that are divided among several processes must leave something for each. */
export function proxyProcessRules(settings: SchemaSettings): Finding[] {
  const { gate, header, hold, mirror, request, upstream } = settings;
  const { processes } = gate;
  if (processes === 1) return [];
  const least = 'must leave something for each of {gate.processes}';
  return [
    ...problemIf(request.maxConnections < processes, 'request.max_connections', least),
    ...problemIf(upstream.maxConnections < processes, 'upstream.max_connections', least),
    ...problemIf(hold.maxRequests > 0 && hold.maxRequests < processes, 'hold.max_requests', least),
    ...problemIf(
      isHolding(hold) && hold.maxBytes < header.maxBytes * processes,
      'hold.max_size',
      'must leave {header.max_size} for each of {gate.processes}: no request could wait',
    ),
    ...problemIf(
      mirror.queueBytes < mirror.maxBodyBytes * processes,
      'mirror.queue_size',
      'must leave {mirror.max_body} for each of {gate.processes}: such a body could never be copied',
    ),
  ];
}

// Private

function isHolding({ maxMs, maxRequests }: SchemaSettings['hold']): boolean {
  return maxMs > 0 && maxRequests > 0;
}

import { keysOf } from '../../lib/fleet/session/keys.ts';
import { parseHost, parseRollout } from '../../lib/fleet/rollout/parse.ts';
import type { HostRecord } from '../../lib/fleet/rollout/records.ts';
import type { EtcdNode } from './etcd.ts';

/**
 * Writes what hosts say of themselves into etcd, in their place and without a lease: what many hosts look like to one that is
 * really there.
 */
export async function putHosts(
  etcd: EtcdNode,
  fleet: string,
  records: readonly HostRecord[],
): Promise<void> {
  const keys = keysOf(fleet);
  for (const record of records) await put(etcd, keys.host(record.host), JSON.stringify(record));
}

/**
 * Writes `count` other hosts beside the one that is there, each with its evidence: three have gone to what it tests, one is away,
 * one has another content, one waits, and the second of three waves is open.
 */
export async function crowd(etcd: EtcdNode, fleet: string, count: number): Promise<void> {
  const keys = keysOf(fleet);
  const [hostText = ''] = await texts(etcd, keys.host(''));
  const [evidence = ''] = await texts(etcd, keys.evidencePrefix);
  const [rolloutText = ''] = await texts(etcd, keys.rollout);
  const real = parseHost(hostText);
  const rollout = parseRollout(rolloutText);
  if (real?.testing == null || rollout === null) throw new Error('no host tests anything');
  const { testing } = real;
  const names = Array.from({ length: count }, (_, at) => nameOf(real.host, at + 2));
  const [one = '', other = '', third = '', strange = '', waiting = '', away = ''] = names;
  const changes: Readonly<Record<string, Partial<HostRecord>>> = {
    [one]: { running: testing, testing: null },
    [other]: { running: testing, testing: null, isOnProbation: true },
    [third]: { running: testing, testing: null, isOnProbation: true },
    [strange]: { testing: { ...testing, sha256: '0'.repeat(64) } },
    [waiting]: { waits: 'promotion.window (mon-fri 09:00-16:00) opens at 09:00' },
  };
  for (const host of names) {
    const record = { ...real, host, instance: host, ...changes[host] };
    if (host !== away) await put(etcd, keys.host(host), JSON.stringify(record));
    if (host === away || host === strange) continue;
    const copied = JSON.stringify({ ...(JSON.parse(evidence) as object), host });
    await put(etcd, keys.evidence(testing, host), copied);
  }
  const open = {
    ...rollout,
    phase: 'waves',
    wave: 1,
    assigned: { [one]: 0, [other]: 1, [third]: 1 },
    settled: [one],
    members: [real.host, ...names],
    decidedBy: 'vili',
    reasons: [`${testing.version} is no worse than running on any host.`],
  };
  await put(etcd, keys.rollout, JSON.stringify(open));
}

/** Any text at any key. */
export async function put(etcd: EtcdNode, key: string, value: string): Promise<void> {
  await etcd.call('/v3/kv/put', { key: encoded(key), value: encoded(value) });
}

// Private

/** `shop-07.example.org` beside `shop-01.example.org`. */
function nameOf(host: string, number: number): string {
  return host.replace(/\d+/, String(number).padStart(2, '0'));
}

/** What is at all keys that begin so. */
async function texts(etcd: EtcdNode, prefix: string): Promise<readonly string[]> {
  const bytes = Buffer.from(prefix);
  const end = Buffer.from(bytes);
  end[end.length - 1] = (end.at(-1) ?? 0) + 1;
  const found = await etcd.call('/v3/kv/range', {
    key: bytes.toString('base64'),
    range_end: end.toString('base64'),
  });
  const { kvs = [] } = found as { kvs?: readonly { readonly value: string }[] };
  return kvs.map(({ value }) => Buffer.from(value, 'base64').toString());
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64');
}

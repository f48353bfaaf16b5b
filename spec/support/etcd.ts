import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

const START_LIMIT_MS = 20_000;

/** One node of etcd, of its own or of a cluster, on ports of loopback. */
export class EtcdNode {
  readonly endpoint: string;
  readonly #args: readonly string[];
  #process: ChildProcess | null = null;

  constructor(args: readonly string[], clientPort: number) {
    this.endpoint = `http://127.0.0.1:${clientPort}`;
    this.#args = args;
  }

  /** Resolves when it replies, as a member of a cluster that has a leader. */
  async start(): Promise<void> {
    this.spawn();
    await this.ready();
  }

  spawn(): void {
    this.#process = spawn('etcd', this.#args, {
      stdio: 'ignore',
      env: { PATH: process.env['PATH'] },
    });
  }

  async ready(): Promise<void> {
    const path = `${this.endpoint}/health`;
    const isHealthy = async (): Promise<boolean> => {
      try {
        const response = await fetch(path, { signal: AbortSignal.timeout(2000) });
        const { health } = (await response.json()) as { health?: unknown };
        return health === 'true';
      } catch {
        return false;
      }
    };
    await eventually(`etcd at ${this.endpoint} is healthy`, isHealthy, START_LIMIT_MS);
  }

  signal(name: NodeJS.Signals): void {
    this.#process?.kill(name);
  }

  /** As a power failure does it. */
  async kill(): Promise<void> {
    const process = this.#process;
    this.#process = null;
    if (process === null || process.exitCode !== null || process.signalCode !== null) return;
    const exited = once(process, 'exit');
    process.kill('SIGCONT');
    process.kill('SIGKILL');
    await exited;
  }

  /** One call of the gateway, for what the coordinator does not do. */
  async call(path: string, body: object): Promise<Record<string, unknown>> {
    const response = await fetch(this.endpoint + path, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    return (await response.json()) as Record<string, unknown>;
  }
}

/** Runs `use` with a started cluster of `size` nodes below `folder`, and ends it afterwards. */
export async function withEtcd<T>(
  folder: string,
  size: number,
  use: (nodes: readonly EtcdNode[]) => Promise<T>,
): Promise<T> {
  const nodes = await startEtcd(folder, size);
  try {
    return await use(nodes);
  } finally {
    await Promise.all(nodes.map((node) => node.kill()));
  }
}

/** Starts a cluster of `size` nodes below `folder`; the caller kills each. */
export async function startEtcd(folder: string, size: number): Promise<readonly EtcdNode[]> {
  const ports = await freePorts(size * 2);
  const peers = Array.from({ length: size }, (_, at) => `http://127.0.0.1:${ports[size + at]}`);
  const cluster = peers.map((peer, at) => `n${at}=${peer}`).join(',');
  const nodes = peers.map((peer, at) => {
    const client = `http://127.0.0.1:${ports[at]}`;
    const args = [
      `--name=n${at}`,
      `--data-dir=${join(folder, `etcd-${at}`)}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=${cluster}`,
    ];
    return new EtcdNode(args, ports[at] ?? 0);
  });
  try {
    for (const node of nodes) node.spawn();
    await Promise.all(nodes.map((node) => node.ready()));
    return nodes;
  } catch (error) {
    await Promise.all(nodes.map((node) => node.kill()));
    throw error;
  }
}

// Private

/** Free a moment ago: etcd cannot choose its port itself. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

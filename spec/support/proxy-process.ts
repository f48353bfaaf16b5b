import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ChildOrder, ChildState } from './proxy-child.ts';
import { proxySettings, type SettingsChanges, type Upstream } from './proxy-fixture.ts';

const CHILD = fileURLToPath(new URL('proxy-child.js', import.meta.url));

/** A proxy in a process of its own, in front of `upstream`. */
export class ProxyProcess {
  readonly port: number;
  readonly pid: number;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.child = child;
    this.port = port;
    this.pid = child.pid ?? 0;
  }

  static async open(
    upstream: Pick<Upstream, 'target'>,
    changes: SettingsChanges,
  ): Promise<ProxyProcess> {
    const child = fork(CHILD, { execArgv: ['--max-semi-space-size=2'] });
    const order: ChildOrder = {
      settings: proxySettings(changes),
      upstreamPort: upstream.target.port,
    };
    child.send(order);
    const [port] = (await once(child, 'message')) as [number];
    return new ProxyProcess(child, port);
  }

  async state(): Promise<ChildState> {
    this.child.send('state');
    const [state] = (await once(this.child, 'message')) as [ChildState];
    return state;
  }

  async close(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.disconnect();
    await exited;
  }
}

/** A proxy in its own process, closed after use together with `upstream`. */
export async function withProxyProcess(
  upstream: Upstream,
  changes: SettingsChanges,
  use: (proxy: ProxyProcess) => Promise<void>,
): Promise<void> {
  const proxy = await ProxyProcess.open(upstream, changes);
  try {
    await use(proxy);
  } finally {
    await proxy.close();
    await upstream.close();
  }
}

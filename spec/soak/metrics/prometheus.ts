import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/ports.ts';

const READY_LIMIT_MS = 60_000;

interface QueryResult {
  readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
}

interface RulesResult {
  readonly data: {
    readonly groups: readonly {
      readonly rules: readonly {
        readonly name: string;
        readonly health: string;
        readonly state: string;
      }[];
    }[];
  };
}

/** A Prometheus server in a folder of its own; it scrapes nothing before it is told. */
export class Prometheus {
  readonly #child: ChildProcess;
  readonly #url: string;
  readonly #targets: string;

  private constructor(child: ChildProcess, url: string, targets: string) {
    this.#child = child;
    this.#url = url;
    this.#targets = targets;
  }

  static isInstalled(): boolean {
    return spawnSync('prometheus', ['--version']).status === 0;
  }

  /** @param rules A file of alert rules. */
  static async start(folder: string, intervalSeconds: number, rules: string): Promise<Prometheus> {
    const url = `127.0.0.1:${await freePort()}`;
    const targets = join(folder, 'targets.json');
    const config = join(folder, 'prometheus.yml');
    const every = `${intervalSeconds}s`;
    await writeFile(targets, '[]');
    await writeFile(
      config,
      stringify({
        global: { scrape_interval: every, scrape_timeout: every, evaluation_interval: every },
        rule_files: [rules],
        scrape_configs: [
          { job_name: 'vili', file_sd_configs: [{ files: [targets], refresh_interval: '1s' }] },
        ],
      }),
    );
    const child = spawn(
      'prometheus',
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=${url}`,
        '--log.level=error',
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const prometheus = new Prometheus(child, `http://${url}`, targets);
    await eventually('Prometheus is ready', () => prometheus.#isReady(), READY_LIMIT_MS);
    return prometheus;
  }

  /** From about a second later on. */
  async scrape(targets: readonly string[]): Promise<void> {
    // Renamed: a file that is half written would be taken for none.
    await writeFile(`${this.#targets}.part`, JSON.stringify([{ targets }]));
    await rename(`${this.#targets}.part`, this.#targets);
  }

  /** The first number of an instant query; NaN: there is none. */
  async query(expression: string): Promise<number> {
    const query = new URLSearchParams({ query: expression });
    const response = await fetch(`${this.#url}/api/v1/query?${query.toString()}`);
    const { data } = (await response.json()) as QueryResult;
    return Number(data.result[0]?.value[1] ?? Number.NaN);
  }

  /** Rules that Prometheus could not evaluate, and alerts that fire now. */
  async rules(): Promise<{
    readonly broken: readonly string[];
    readonly firing: readonly string[];
  }> {
    const response = await fetch(`${this.#url}/api/v1/rules`);
    const { data } = (await response.json()) as RulesResult;
    const all = data.groups.flatMap(({ rules }) => rules);
    return {
      broken: all.filter(({ health }) => health === 'err').map(({ name }) => name),
      firing: all.filter(({ state }) => state === 'firing').map(({ name }) => name),
    };
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  // Private

  async #isReady(): Promise<true | null> {
    if (this.#child.exitCode !== null) throw new Error('Prometheus ended');
    const response = await fetch(`${this.#url}/-/ready`).catch(() => null);
    return response?.ok === true ? true : null;
  }
}

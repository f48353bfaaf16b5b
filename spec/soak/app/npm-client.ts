import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../../lib/errors.ts';
import { runCommand } from './command.ts';

const USER = { name: 'jane', password: 'a-long-password' };
const BASIC = Buffer.from(`${USER.name}:${USER.password}`).toString('base64');
/** npm tries once: its retries must not hide a failure behind Vili. */
const NPM_SETTINGS = { fetch_retries: '0', audit: 'false', fund: 'false', progress: 'false' };
/** The only variables that npm gets from the environment of the specs. */
const KEPT = ['PATH', 'LANG', 'TMPDIR'];

export interface NpmCounts {
  readonly commands: Readonly<Record<string, number>>;
  readonly failures: readonly string[];
}

/**
 * A user of a registry who works with the `npm` command: publishes new versions of an application
 * made of some parts, views them and installs them into an empty folder with an empty cache.
 */
export class NpmClient {
  readonly #folder: string;
  readonly #registry: string;
  readonly #parts: readonly string[];
  readonly #commands: Record<string, number> = {};
  readonly #failures: string[] = [];
  #round = 0;

  constructor(folder: string, port: number, parts: number) {
    this.#folder = folder;
    this.#parts = Array.from({ length: parts }, (_, at) => `part-${at + 1}`);
    this.#registry = `http://127.0.0.1:${port}/`;
  }

  /** Creates the account and publishes the parts. */
  async begin(): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await this.#logIn();
    for (const part of this.#parts) await this.#publish(part, '1.0.0', {});
    if (this.#failures.length > 0) throw new Error(this.#failures.join('\n'));
  }

  /** One round: logs in, publishes, views and installs a new version, byte for byte. */
  async work(): Promise<void> {
    this.#round += 1;
    const version = `1.0.${this.#round}`;
    const folder = join(this.#folder, `round-${this.#round}`);
    const dependencies = Object.fromEntries(this.#parts.map((part) => [part, '^1.0.0']));
    await this.#try('log-in', () => this.#logIn({ authorization: `Basic ${BASIC}` }));
    const text = await this.#publish('app', version, dependencies);
    await this.#try('view', async () => {
      const seen = await this.#npm(this.#folder, 'view', 'app', 'version');
      if (seen.trim() !== version)
        throw new Error(`npm view printed ${seen.trim()}, not ${version}`);
    });
    await this.#try('install', async () => {
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
      await this.#npm(folder, 'install', `app@${version}`, '--cache', join(folder, 'cache'));
      const got = await readFile(join(folder, 'node_modules/app/index.js'), 'utf8');
      if (got !== text) throw new Error(`npm install got other bytes of app ${version}`);
    });
    await this.#try('whoami', async () => {
      const seen = await this.#npm(this.#folder, 'whoami');
      if (seen.trim() !== USER.name) throw new Error(`npm whoami printed ${seen.trim()}`);
    });
  }

  counts(): NpmCounts {
    return { commands: this.#commands, failures: this.#failures };
  }

  // Private

  /** As `npm adduser` does: it creates the account, and later on, with the password, it only logs in. */
  async #logIn(password: Readonly<Record<string, string>> = {}): Promise<void> {
    const response = await fetch(`${this.#registry}-/user/org.couchdb.user:${USER.name}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', ...password },
      body: JSON.stringify(USER),
    });
    if (response.status !== 201) throw new Error(`adduser: status ${response.status}`);
    const { token } = (await response.json()) as { token: string };
    const host = this.#registry.slice('http:'.length);
    const lines = `registry=${this.#registry}\n${host}:_authToken=${token}\n`;
    await writeFile(join(this.#folder, '.npmrc'), lines);
  }

  async #publish(name: string, version: string, dependencies: object): Promise<string> {
    const folder = join(this.#folder, `publish-${name}-${version}`);
    const text = `module.exports = '${name} ${version} ${'.'.repeat(20_000)}';\n`;
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(folder, 'package.json'),
      JSON.stringify({ name, version, main: 'index.js', dependencies }),
    );
    await writeFile(join(folder, 'index.js'), text);
    await this.#try('publish', () => this.#npm(folder, 'publish'));
    return text;
  }

  async #try(name: string, act: () => Promise<unknown>): Promise<void> {
    this.#commands[name] = (this.#commands[name] ?? 0) + 1;
    try {
      await act();
    } catch (error) {
      this.#failures.push(messageOf(error));
    }
  }

  #npm(folder: string, ...argv: readonly string[]): Promise<string> {
    const kept = KEPT.map((key) => [key, process.env[key]]);
    const settings = Object.entries(NPM_SETTINGS).map(([key, value]) => [
      `npm_config_${key}`,
      value,
    ]);
    const environment = {
      ...Object.fromEntries([...kept, ...settings]),
      HOME: this.#folder,
      npm_config_userconfig: join(this.#folder, '.npmrc'),
      npm_config_cache: join(this.#folder, 'cache'),
    };
    return runCommand(['npm', ...argv], { folder, environment });
  }
}

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Application, Users } from './application.ts';
import { NpmClient } from './npm-client.ts';
import { execLine } from './start-script.ts';

const IDENTIFIER = 'registry';
/** Shortest interval between rounds of npm commands: npm itself is what costs processor time here. */
const PACE_MS = 6000;
/** Packages that the application installed in each round depends on. */
const PARTS = 8;

/**
 * One store for all versions: what was published through one, the other must find. Only running ever
 * writes. Signed tokens: others cost both versions a bcrypt for each request. The log is where Vili
 * expects it, below the instance folder.
 */
const CONFIG = `storage: ./storage
auth:
  htpasswd:
    file: ./htpasswd
security:
  api:
    jwt:
      sign:
        expiresIn: 1d
uplinks: {}
packages:
  '**':
    access: $all
    publish: $authenticated
web:
  enable: false
log:
  type: file
  path: logs/json/${IDENTIFIER}.log
  format: json
  level: info
`;

/** A registry of npm packages, used by the `npm` command. All is in a store that both versions share. */
export const verdaccio: Application = {
  name: 'verdaccio',
  identifier: IDENTIFIER,
  releases: ['6.5.1', '6.5.2'],
  // One dependency is requested by a tag, which not every mirror of the npm registry has.
  overrides: { 'node-fetch': '^2.7.0' },
  settings: {
    readiness_path: '/-/ping',
    health_paths: '/-/ping',
    routes: '/-/v1/search, /-/whoami, /{package}, /{package}/-/{file}',
  },
  endedBySwitch: 0,
  // A log-in of an account that there is writes nothing.
  copied: 'PUT /-/user/{user} on',

  async writeData(folder) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'config.yaml'), CONFIG);
  },

  script({ programFolder, dataFolder }) {
    const program = join(programFolder, 'node_modules/verdaccio/bin/verdaccio');
    const config = join(dataFolder, 'config.yaml');
    return [execLine(['node', program, '--config', config, '--listen', '127.0.0.1:$PORT'])];
  },

  async begin(port, folder) {
    const client = new NpmClient(join(folder, 'npm'), port, PARTS);
    await client.begin();
    return working(client);
  },
};

// Private

/** One round of npm commands after the other. */
function working(client: NpmClient): Users {
  const leaving = new AbortController();
  const { signal } = leaving;
  const work = (async () => {
    while (!signal.aborted) {
      await Promise.all([client.work(), sleep(PACE_MS, null, { signal }).catch(() => undefined)]);
    }
  })();
  return {
    counts() {
      const { commands, failures } = client.counts();
      return { done: commands, failures };
    },
    async stop() {
      leaving.abort();
      await work;
    },
  };
}

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import { dropStartScript } from './start-script.ts';

/** The npm registry that runs behind Vili; Vili does not depend on it. */
export const IDENTIFIER = 'registry';

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

/** Installs a release of verdaccio from the npm registry into a folder of its own. */
export async function installVerdaccio(folder: string, version: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  // One dependency is requested by a tag, which not every mirror of the npm registry has.
  const manifest = { private: true, overrides: { 'node-fetch': '^2.7.0' } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await runCommand(['npm', 'install', `verdaccio@${version}`, '--no-audit', '--no-fund'], {
    folder,
    environment: process.env,
  });
}

/** Writes the settings and the data folder of the registry, beside the base of Vili. */
export async function writeData(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.yaml'), CONFIG);
}

/** The server file of a release: a start script that becomes the registry. */
export function dropVerdaccio(
  base: string,
  release: { version: string; programFolder: string; dataFolder: string },
): Promise<string> {
  const { version, programFolder, dataFolder } = release;
  const program = join(programFolder, 'node_modules/verdaccio/bin/verdaccio');
  const config = join(dataFolder, 'config.yaml');
  const words = ['node', program, '--config', config, '--listen', '127.0.0.1:$PORT'];
  return dropStartScript(base, { identifier: IDENTIFIER, version, words });
}

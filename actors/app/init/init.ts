import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InitOptions, InitResult } from '../../../lib/cli/terminal/io.ts';
import { ConflictError, codeOf, UsageError, ViliError } from '../../../lib/errors.ts';
import { envText } from './env-text.ts';
import { lookAround, nameOfFolder } from './look.ts';

const IDENTIFIER = /^[A-Za-z][\w.-]{0,99}$/;

/**
 * `vili init`: writes a commented `.env` for the service in this folder. Throws ConflictError when there are settings
 * already: nothing is ever overwritten.
 */
export async function init({ base, identifier: given, port }: InitOptions): Promise<InitResult> {
  if (given !== undefined && !IDENTIFIER.test(given)) {
    throw new UsageError(`--identifier is "${given}", it must be a name such as inventory`);
  }
  for (const name of ['.env', 'vili.yaml']) {
    const path = join(base, name);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) throw alreadyThere(path);
  }
  const found = await lookAround(base, { identifier: given, port });
  const identifier = given ?? found.identifiers[0] ?? nameOfFolder(base);
  const path = join(base, '.env');
  try {
    await writeFile(path, envText(identifier, found), { flag: 'wx', mode: 0o640 });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw alreadyThere(path);
    throw ViliError.cannot('VILI_INIT_FAILED', `write ${path}`, error);
  }
  const { serverFile, properties, portProblem } = found;
  const others = found.identifiers.filter((one) => one !== identifier);
  return {
    schema: 'vili.init/1',
    file: path,
    identifier,
    port: found.port,
    serverFile,
    properties: properties === null ? null : { file: properties.fileName, key: properties.key },
    notes: [
      ...(serverFile === null
        ? [`no server file yet: put ${identifier}-VERSION.EXTENSION into ${base}`]
        : []),
      ...(others.length > 0
        ? [`other services here: ${others.join(', ')}; each needs a folder of its own`]
        : []),
      ...(portProblem === null
        ? []
        : [
            `port ${found.port} cannot be listened on now (${portProblem}); stop that first, or set another port`,
          ]),
    ],
    next: serverFile === null ? 'put the server file there, then: vili check' : 'vili check',
  };
}

// Private

function alreadyThere(path: string): ConflictError {
  return new ConflictError(
    `${path} is there already, and nothing was written; check it: vili check`,
  );
}

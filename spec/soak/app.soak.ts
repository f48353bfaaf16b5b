import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../../lib/errors.ts';
import { type Bar, printBars } from '../bench/proxy/report.ts';
import { withTempFolder } from '../support/temp-folder.ts';
import type { Application } from './app/application.ts';
import { install } from './app/install.ts';
import { nodeRed } from './app/node-red.ts';
import { tiddlywiki } from './app/tiddlywiki.ts';
import { nameOf, runTrial, type Trial } from './app/trial.ts';
import { verdaccio } from './app/verdaccio.ts';

/**
 * Real applications from npm behind Vili, under users who log in, read and write. Each release is followed by itself
 * and by the next one, with and without log-ins copied: all of them are good, and must be promoted. Needs the npm registry.
 *
 *   npm run soak:app -- [--app verdaccio|node-red|tiddlywiki|all] [--minutes 10] [--only WORDS]
 *                       [--programs FOLDER] [--busy-host]
 *
 * --minutes: of one trial at most; --only: trials whose name has these words, such as `log-ins not copied`;
 * --programs: where releases are installed and found again; --busy-host: verdict.speed=report, and no copy is left out
 */
const APPLICATIONS: readonly Application[] = [verdaccio, nodeRed, tiddlywiki];
const { values } = parseArgs({
  options: {
    app: { type: 'string', default: 'verdaccio' },
    minutes: { type: 'string', default: '10' },
    programs: { type: 'string', default: '' },
    'busy-host': { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
  },
});
/** Folders of releases. */
const installed = new Set<string>();
const chosen = APPLICATIONS.filter(({ name }) => values.app === 'all' || values.app === name);
if (chosen.length === 0) throw new Error(`--app ${values.app}: there is no such application`);

await withTempFolder(async (folder) => {
  const bars: Bar[] = [];
  for (const trial of chosen.flatMap((app) => trialsOf(app, folder))) {
    const name = nameOf(trial);
    if (!name.includes(values.only)) continue;
    print(`\n${name}`);
    bars.push(...(await barsOf(trial, name)));
  }
  if (!printBars(bars) || bars.length === 0) process.exitCode = 1;
});

// Private

function trialsOf(app: Application, folder: string): readonly Trial[] {
  const programFolder = (release: string): string =>
    join(values.programs || folder, `${app.name}-${release}`);
  return [true, false].flatMap((isSame) =>
    [false, true].map((areLogInsCopied, at) => ({
      app,
      isSame,
      areLogInsCopied,
      isHostBusy: values['busy-host'],
      minutes: Number(values.minutes),
      programFolder,
      folder: join(folder, `${app.name}-${isSame ? 'same' : 'next'}-${at}`),
      print,
    })),
  );
}

/** A trial that cannot be run misses its bar; the others are run all the same. */
async function barsOf(trial: Trial, name: string): Promise<readonly Bar[]> {
  try {
    for (const release of trial.app.releases) {
      const programFolder = trial.programFolder(release);
      if (installed.has(programFolder) || existsSync(join(programFolder, 'node_modules'))) continue;
      print(`installing ${trial.app.name} ${release}`);
      await install(trial.app, release, programFolder);
      installed.add(programFolder);
    }
    return await runTrial(trial);
  } catch (error) {
    print(messageOf(error));
    return [{ text: `${name}: could not be run`, value: 0, least: 1 }];
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

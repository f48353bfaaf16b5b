import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { type LoadedSettings, loadSettings } from '../../config/load.ts';
import { ReloadFailed, reloadSettings } from '../../config/reload.ts';
import { KNOWN_KEYS, type KnownKey } from '../../config/sources/keys.ts';
import { withTempFolder } from '../support/temp-folder.ts';

const REQUIRED = 'port=8080\nidentifier=inventory\n';
const SECRET = 'correct horse battery staple';

/** Another valid value than the default, by kind; kinds that are not here keep the default. */
const OTHERS: Readonly<Record<string, string>> = {
  duration: '7s',
  share: '7%',
  count: '7',
  size: '7MiB',
  text: 'seven',
  path: 'seven',
};

describe('reloadSettings', () => {
  it('takes over what can be, and names what needs a restart', async () => {
    await withBase('verdict_margin=1%\n', async ({ base, loaded, write }) => {
      await write('verdict_margin=2%\nhost=127.0.0.1\nlog_level=debug\n');
      const { changes, loaded: next, warnings } = reloadSettings(loaded, sourcesOf(base));
      expect(changes).to.deep.equal([
        { key: 'host', from: '0.0.0.0', to: '127.0.0.1', when: null },
        { key: 'verdict.margin', from: '1%', to: '2%', when: 'next test' },
        { key: 'log.level', from: 'info', to: 'debug', when: 'at once' },
      ]);
      expect(warnings).to.deep.equal([]);
      expect(next.settings.host).to.equal('0.0.0.0');
      expect(next.settings.verdict.margin).to.equal(0.02);
      expect(next.settings.log.level).to.equal('debug');
      expect(next.origins).to.include({ host: 'default', 'verdict.margin': '.env line 3' });
    });
  });

  it('names a key that needs a restart again, until its old value is back', async () => {
    await withBase('', async ({ base, loaded, write }) => {
      await write('host=127.0.0.1\n');
      const first = reloadSettings(loaded, sourcesOf(base));
      const second = reloadSettings(first.loaded, sourcesOf(base));
      expect(second.changes).to.deep.equal(first.changes);
      await write('');
      expect(reloadSettings(second.loaded, sourcesOf(base)).changes).to.deep.equal([]);
    });
  });

  it('changes nothing when a file is wrong, and names file, key, value and rule of each', async () => {
    await withBase('', async ({ base, loaded, write }) => {
      await write('verdict_margin=a lot\nlog_level=debug\n');
      await writeFile(join(base, 'vili.yaml'), 'probation: soon\n');
      const error = failureOf(() => reloadSettings(loaded, sourcesOf(base)));
      expect(error).to.include({ code: 'VILI_RELOAD_FAILED', exitCode: 2, httpStatus: 422 });
      expect(error.message)
        .to.match(/^the settings stay as they are: /)
        .and.match(/\.env line 3: verdict_margin "a lot" /)
        .and.match(/; vili\.yaml line 1: probation "soon" /);
      expect(error.message).to.not.contain('\n');
      expect(loaded.settings.log.level).to.equal('info');
    });
  });

  it('counts further problems, so that a file full of them stays one line', async () => {
    await withBase('', async ({ base, loaded, write }) => {
      const keys =
        'probation hold_max drain_timeout stop_timeout mirror_timeout tls_reload disk_interval';
      await write(
        keys
          .split(' ')
          .map((key) => `${key}=soon\n`)
          .join(''),
      );
      const { message } = failureOf(() => reloadSettings(loaded, sourcesOf(base)));
      expect(message.match(/"soon"/g)).to.have.length(5);
      expect(message).to.match(/; and 2 more$/);
    });
  });

  it('refuses a new value that contradicts one that needs a restart', async () => {
    await withBase('restart_backoff_max=10s\nrestart_reset_after=10s\n', async (world) => {
      await world.write('restart_backoff_max=20s\nrestart_reset_after=30s\n');
      const error = failureOf(() => reloadSettings(world.loaded, sourcesOf(world.base)));
      expect(error.message).to.contain('restart').and.contain('need a restart of Vili first');
    });
  });

  it('shows no secret, and says that one has changed', async () => {
    await withBase(`whydah_application_secret=old ${SECRET}\n`, async ({ base, loaded, write }) => {
      await write(
        `whydah_application_secret=${SECRET}\nwhydah_uri=https://ann:${'x'.repeat(9)}@w/\n`,
      );
      const { changes, loaded: next } = reloadSettings(loaded, sourcesOf(base));
      expect(changes.map(({ key }) => key)).to.deep.equal([
        'whydah_uri',
        'whydah_application_secret',
      ]);
      expect(JSON.stringify(changes)).to.not.contain(SECRET).and.not.contain('xxx');
      expect(next.settings.whydahApplicationSecret).to.equal(SECRET);
    });
  });

  it('tells a warning once', async () => {
    await withBase('', async ({ base, loaded, write }) => {
      await write('prot=1\n');
      const { warnings, loaded: next } = reloadSettings(loaded, sourcesOf(base));
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.contain('prot');
      expect(reloadSettings(next, sourcesOf(base)).warnings).to.deep.equal([]);
    });
  });

  it('fails when a file is gone that is needed', async () => {
    await withBase('', async ({ base, loaded }) => {
      const sources = { ...sourcesOf(base), base: join(base, 'nowhere') };
      expect(failureOf(() => reloadSettings(loaded, sources)).message).to.contain('base');
    });
  });

  it('sees no change where none was made, whatever a value is', async () => {
    await withBase('mirror_rules="POST /login on, GET /x off"\n', async ({ base, loaded }) => {
      expect(reloadSettings(loaded, sourcesOf(base)).changes).to.deep.equal([]);
    });
    for (const { key, setting } of KNOWN_KEYS) {
      if (setting.required === true) continue;
      const [one, other] = [
        setting.kind.parse(setting.written),
        setting.kind.parse(setting.written),
      ];
      expect(one, key).to.deep.equal(other);
    }
  });

  it('changes exactly the keys with a reload time, for any settings', async () => {
    await withBase('', async ({ base, loaded }) => {
      const changed = fc.subarray(KNOWN_KEYS.filter(hasOther));
      fc.assert(
        fc.property(changed, (keys) => {
          const flags = Object.fromEntries(keys.map((known) => [known.key, otherOf(known)]));
          const sources = { ...sourcesOf(base), flags };
          const wanted = loadedOrNull(sources);
          if (wanted === null) {
            expect(() => reloadSettings(loaded, sources)).to.throw(ReloadFailed);
            return;
          }
          const reloaded = reloadedOrNull(loaded, sources);
          if (reloaded === null) return;
          for (const { key, setting } of KNOWN_KEYS) {
            const from = setting.reload === undefined ? loaded : wanted;
            const value = reloaded.loaded.choice.values.get(key);
            expect(value, key).to.deep.equal(from.choice.values.get(key));
          }
          const named = new Set(reloaded.changes.map(({ key }) => key));
          expect(named).to.deep.equal(new Set(keys.filter(differs).map(({ key }) => key)));
        }),
        { numRuns: 60 },
      );
    });
  });
});

// Private

interface World {
  readonly base: string;
  readonly loaded: LoadedSettings;
  /** Replaces what follows the required keys in `.env`. */
  readonly write: (env: string) => Promise<void>;
}

async function withBase(env: string, use: (world: World) => Promise<void>): Promise<void> {
  await withTempFolder(async (base) => {
    const write = (more: string): Promise<void> => writeFile(join(base, '.env'), REQUIRED + more);
    await write(env);
    await use({ base, loaded: loadSettings(sourcesOf(base)), write });
  });
}

function sourcesOf(base: string) {
  return { base, flags: {}, environment: {} };
}

function failureOf(step: () => unknown): ReloadFailed {
  try {
    step();
  } catch (error) {
    if (error instanceof ReloadFailed) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

function loadedOrNull(sources: Parameters<typeof loadSettings>[0]): LoadedSettings | null {
  try {
    return loadSettings(sources);
  } catch {
    return null;
  }
}

/** Null: old and new values contradict each other. */
function reloadedOrNull(...given: Parameters<typeof reloadSettings>) {
  try {
    return reloadSettings(...given);
  } catch (error) {
    expect(error).to.be.instanceOf(ReloadFailed);
    return null;
  }
}

function hasOther({ setting }: KnownKey): boolean {
  return setting.required !== true && OTHERS[setting.kind.name] !== undefined;
}

function otherOf({ setting }: KnownKey): string {
  return OTHERS[setting.kind.name] ?? '';
}

function differs(known: KnownKey): boolean {
  const { kind } = known.setting;
  return JSON.stringify(kind.parse(otherOf(known))) !== JSON.stringify(known.setting.default);
}

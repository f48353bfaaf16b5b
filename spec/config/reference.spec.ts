import { readFileSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadSettings } from '../../config/load.ts';
import { renderExample, renderReference } from '../../config/reference.ts';
import { KNOWN_KEYS } from '../../config/sources/keys.ts';
import { withTempFolder } from '../support/temp-folder.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..', '..');
/** Every key that ever existed in the Go program. */
const OLD_KEYS = [
  'port',
  'scheme',
  'endpoint',
  'port_range',
  'identifier',
  'log_dir',
  'log_file',
  'properties_file_name',
  'port_identifier',
  'manualcontrol',
  'slack_channel',
  'entraos_api_uri',
  'whydah_uri',
  'whydah_application_id',
  'whydah_application_name',
  'whydah_application_secret',
  'app_icon',
  'env_icon',
  'env',
  'appIcon',
  'envIcon',
  'identity',
];

describe('the schema', () => {
  it('says what every setting is for', () => {
    for (const { key, setting } of KNOWN_KEYS) {
      expect(setting.doc, key).to.match(/^[A-Z`].{15,}\.$/s);
    }
  });

  it('has every key of the Go program', () => {
    const names = KNOWN_KEYS.flatMap(({ envFileName, setting }) => [
      envFileName,
      ...setting.aliases,
    ]);
    expect(names).to.include.members(OLD_KEYS);
  });

  it('gives no two settings the same name in any source', () => {
    for (const names of [
      KNOWN_KEYS.map(({ key }) => key),
      KNOWN_KEYS.map(({ variable }) => variable),
      KNOWN_KEYS.flatMap(({ envFileName, setting }) => [envFileName, ...setting.aliases]),
    ]) {
      expect(new Set(names).size).to.equal(names.length);
    }
  });

  it('has a default within its own bounds for every setting', () => {
    for (const { key, setting } of KNOWN_KEYS) {
      expect(() => setting.format(setting.default), key).to.not.throw();
      if (setting.written !== '') {
        expect(setting.kind.parse(setting.written), key).to.deep.equal(setting.default);
      }
    }
  });
});

describe('the pages made from the schema', () => {
  it('docs/configuration.md is up to date (npm run docs)', () => {
    expect(committed('docs/configuration.md')).to.equal(renderReference());
  });

  it('config/vili.yaml is up to date (npm run docs)', () => {
    expect(committed('config/vili.yaml')).to.equal(renderExample());
  });
});

describe('the shipped examples', () => {
  it('config/vili.yaml can be used as shipped', async () => {
    await withTempFolder(async (base) => {
      await copyFile(join(REPOSITORY, 'config/vili.yaml'), join(base, 'vili.yaml'));
      expect(load(base).warnings).to.deep.equal([]);
    });
  });

  it('config/vili.yaml shows true defaults in its commented lines', async () => {
    await withTempFolder(async (base) => {
      await copyFile(join(REPOSITORY, 'config/vili.yaml'), join(base, 'vili.yaml'));
      const { settings } = load(base);
      const example = committed('config/vili.yaml');
      const active = example.replaceAll(/^# ([a-z_.]+:(?: .*)?)$/gm, '$1');
      await writeFile(join(base, 'vili.yaml'), active);
      const loaded = load(base);
      expect(loaded.settings).to.deep.equal(settings);
      const fromFile = Object.values(loaded.origins).filter((origin) => origin !== 'default');
      expect(fromFile.length).to.be.above(KNOWN_KEYS.length - 5);
    });
  });

  it('tmp.env needs only a port and an identifier, and shows true defaults', async () => {
    await withTempFolder(async (base) => {
      const template = await readFile(join(REPOSITORY, 'tmp.env'), 'utf8');
      const filled = template
        .replace('port=""', 'port="8080"')
        .replace('identifier=""', 'identifier="inventory"');
      await writeFile(join(base, '.env'), filled);
      const asShipped = load(base);
      expect(asShipped.warnings).to.deep.equal([]);
      await writeFile(join(base, '.env'), filled.replaceAll(/^#([a-z_]+=)/gm, '$1'));
      const active = load(base);
      expect(active.warnings).to.deep.equal([]);
      expect(active.settings).to.deep.equal(asShipped.settings);
    });
  });
});

function committed(path: string): string {
  return readFileSync(join(REPOSITORY, path), 'utf8');
}

function load(base: string): ReturnType<typeof loadSettings> {
  return loadSettings({ base, flags: {}, environment: {} });
}

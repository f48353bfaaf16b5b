import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { type LoadedSettings, loadSettings } from '../../config/load.ts';
import { ConfigError } from '../../config/problem.ts';
import { withTempFolder } from '../support/temp-folder.ts';

const REQUIRED = 'port=8080\nidentifier=inventory\n';
const SECRET = 'correct-horse-battery-staple';

interface Given {
  readonly env?: string | Buffer;
  readonly yaml?: string;
  readonly flags?: Record<string, string>;
  readonly environment?: NodeJS.ProcessEnv;
}

describe('loadSettings', () => {
  it('prefers flags over environment over .env over vili.yaml over defaults', async () => {
    const yaml = 'host: h1\nscheme: https\nprobation: 1m\nverdict.margin: 1%\nhold: {max: 1s}';
    const env = `${REQUIRED}scheme=http\nprobation=2m\nverdict_margin=2%\nhold_max=2s`;
    const environment = { VILI_PROBATION: '3m', VILI_VERDICT_MARGIN: '3%', VILI_HOLD_MAX: '3s' };
    const flags = { 'verdict.margin': '4%', 'hold-max': '4s' };
    const { settings, origins, warnings } = await load({ yaml, env, environment, flags });
    expect(settings.host).to.equal('h1');
    expect(settings.scheme).to.equal('http');
    expect(settings.probationMs).to.equal(180_000);
    expect(settings.verdict.margin).to.equal(0.04);
    expect(settings.hold.maxMs).to.equal(4000);
    expect(settings.drain.timeoutMs).to.equal(30_000);
    expect(warnings).to.deep.equal([]);
    expect(origins).to.include({
      host: 'vili.yaml line 1',
      scheme: '.env line 3',
      probation: 'VILI_PROBATION',
      'verdict.margin': 'command line',
      'hold.max': 'command line',
      'drain.timeout': 'default',
    });
  });

  it('reads a .env of the Go program, with its older spellings', async () => {
    const env = [
      'port="8080"',
      'scheme="http"',
      'endpoint="localhost"',
      'port_range="8081-8090"',
      'identity="inventory"',
      'log_dir="logs_vili"',
      'properties_file_name="local_override.properties"',
      'port_identifier="server.port"',
      'manualcontrol="true"',
      'slack_channel=#alerts',
      'entraos_api_uri: https://entraos.example.org',
      'whydah_uri="https://whydah.example.org/"',
      'whydah_application_id="1"',
      'whydah_application_name=Vili',
      'whydah_application_secret=has#hash',
      'appIcon=":car:"',
      'envIcon=":house:"',
      'env="dev"',
    ];
    const { settings, warnings } = await load({ env: env.join('\n') });
    expect(warnings).to.have.length(1);
    expect(warnings[0])
      .to.contain('manualcontrol')
      .and.contain('no effect without manualcontrol_uri');
    expect(settings).to.deep.include({
      port: 8080,
      identifier: 'inventory',
      portRange: { from: 8081, to: 8090 },
      propertiesFileName: 'local_override.properties',
    });
    expect(settings.logDir).to.equal(join(settings.base, 'logs_vili'));
    expect(settings).to.include({
      manualcontrol: true,
      slackChannel: '#alerts',
      entraosApiUri: 'https://entraos.example.org',
      whydahUri: 'https://whydah.example.org/',
      whydahApplicationId: '1',
      whydahApplicationName: 'Vili',
      whydahApplicationSecret: 'has#hash',
      appIcon: ':car:',
      envIcon: ':house:',
      env: 'dev',
      logFile: '',
    });
  });

  it('reads nested and dotted yaml keys, lists and maps', async () => {
    const yaml = [
      'port: 8080',
      'identifier: inventory',
      'mirror:',
      '  methods: [GET, POST]',
      '  rules:',
      '    - POST /orders/{id} off',
      'mirror.sample: 10%',
      'launch:',
      '  .rb: ruby {file}',
      '  .php: [php, -r, "a b", "{port}"]',
      'readiness:',
    ];
    const { settings } = await load({ yaml: yaml.join('\n') });
    expect(settings.mirror.methods).to.deep.equal(['GET', 'POST']);
    expect(settings.mirror.rules).to.deep.equal([
      { method: 'POST', path: '/orders/{id}', on: false },
    ]);
    expect(settings.mirror.sample).to.equal(0.1);
    expect(Object.fromEntries(settings.launch)).to.deep.equal({
      '.rb': ['ruby', '{file}'],
      '.php': ['php', '-r', 'a b', '{port}'],
    });
  });

  it('reports every problem of every source at once, one line each', async () => {
    const message = await rejection({
      env: 'port=99999\nidentifier=inventory\nport_range="9400 - 9500"\nwhat is this\nprot=80',
      yaml: 'readiness:\n  timeout: 60\nverdcit: {mode: auto}\ncompare.shape: blok',
      environment: { VILI_STOP_SIGNAL: 'SIGTREM' },
      flags: { mirror_samples: '5%' },
    });
    expect(linesOf(message)).to.deep.equal([
      'vili: 8 problems in the settings of BASE',
      'command line mirror_samples unknown key. Did you mean "mirror.sample"?',
      'environment VILI_STOP_SIGNAL "SIGTREM" must be one of SIGTERM, SIGINT, SIGQUIT, SIGHUP, ' +
        'SIGUSR1, SIGUSR2, SIGWINCH, SIGKILL. Did you mean "SIGTERM"?',
      '.env line 1 port "99999" is not a port. Ports are 1 to 65535.',
      '.env line 3 port_range "9400 - 9500" is not a range, write it without spaces. ' +
        'Did you mean "9400-9500"?',
      '.env line 4 is not key=value',
      'vili.yaml line 2 readiness.timeout "60" needs a unit: ms, s, m, h or d. Did you mean "60s"?',
      'vili.yaml line 3 verdcit unknown key. Did you mean "verdict"?',
      'vili.yaml line 4 compare.shape "blok" must be one of block, report. Did you mean "block"?',
      'warning: .env line 5: prot unknown key. Did you mean "port"?',
      'Nothing was started. Check again with: vili check',
    ]);
  });

  it('names the file in the first line when all problems are in that file', async () => {
    const message = await rejection({ env: `${REQUIRED}mirror_sample=1` });
    expect(linesOf(message).slice(0, 2)).to.deep.equal([
      'vili: 1 problem in BASE/.env',
      '.env line 3 mirror_sample "1" needs a per cent sign. Did you mean "1%"?',
    ]);
  });

  it('only warns of unknown keys in .env and of unknown VILI_ variables', async () => {
    const { warnings } = await load({
      env: `${REQUIRED}DATABASE_PASSWORD=${SECRET}\nlog_levle=debug`,
      environment: {
        VILI_LOG_LEVLE: 'debug',
        VILI_DEBUG: '1',
        VILI_ROLE: 'test',
        VILI_TEST: 'true',
        VILI_SERVLET: 'x',
        PORT: '1',
        port: '2',
      },
    });
    expect(warnings).to.deep.equal([
      'environment: VILI_LOG_LEVLE unknown key. Did you mean "VILI_LOG_LEVEL"?',
      '.env line 3: DATABASE_PASSWORD unknown key.',
      '.env line 4: log_levle unknown key. Did you mean "log_level"?',
    ]);
  });

  it('says how to set a required key that is missing, empty or misspelt', async () => {
    const nothing = await rejection({});
    expect(nothing).to.match(/settings +port +is missing\. Write port=8080 into \.env/);
    expect(nothing).to.match(/settings +identifier +is missing\./);
    const template = await rejection({ env: 'port=""\nidentifier=""' });
    expect(template).to.match(/\.env line 1 +port +is empty\./);
    expect(template).to.match(/\.env line 2 +identifier +is empty\./);
    const misspelt = await rejection({ env: 'prot=80\nidentifier=a' });
    expect(misspelt).to.include('Was "prot" in .env line 1 meant?');
  });

  it('treats an empty value as not set, or as none where the setting is a text', async () => {
    const yaml = 'host: 127.0.0.1\nproperties_file_name: x.properties\nreadiness.path: /ready';
    const env = `${REQUIRED}host=\nproperties_file_name=""\nreadiness_path=\nprobation=`;
    const { settings } = await load({ yaml, env });
    expect(settings.host).to.equal('127.0.0.1');
    expect(settings.propertiesFileName).to.equal('');
    expect(settings.readiness.path).to.equal('/ready');
    expect(settings.probationMs).to.equal(600_000);
  });

  it('takes a key that begins with that of another setting, in each spelling', async () => {
    const yamls = ['probation: 1m\nprobation.rollback: manual', 'probation: {rollback: manual}'];
    for (const given of [
      ...yamls.map((yaml) => ({ yaml, env: REQUIRED })),
      { env: `${REQUIRED}probation_rollback=manual` },
      { env: REQUIRED, environment: { VILI_PROBATION_ROLLBACK: 'manual' } },
      { env: REQUIRED, flags: { 'probation.rollback': 'manual' } },
    ]) {
      const { settings } = await load(given);
      expect(settings.probationRollback, JSON.stringify(given)).to.equal('manual');
    }
    expect((await load({ env: REQUIRED })).settings.probationRollback).to.equal('auto');
  });

  it('warns of a bad value that is not used', async () => {
    const given = { yaml: 'probation: soon', env: `${REQUIRED}probation=2m` };
    const { settings, warnings } = await load(given);
    expect(settings.probationMs).to.equal(120_000);
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.match(
      /^vili\.yaml line 1: probation "soon" .*since \.env line 3 overrides it/,
    );
  });

  it('warns that log_file is superseded by log_dir', async () => {
    const { warnings } = await load({ env: `${REQUIRED}log_file=vili.log` });
    expect(warnings).to.deep.equal([
      '.env line 3: log_file "vili.log" is ignored: superseded by log_dir',
    ]);
  });

  it('rejects a yaml key that is set twice, nested and dotted', async () => {
    const message = await rejection({ env: REQUIRED, yaml: 'hold: {max: 1s}\nhold.max: 2s' });
    expect(message).to.match(/vili\.yaml line 2 +hold\.max +is set twice, first in line 1/);
  });

  it('rejects a value for a group of settings', async () => {
    const message = await rejection({ env: REQUIRED, yaml: 'readiness: 60s' });
    expect(message).to.include('is a group of settings, such as readiness.path');
  });

  it('never shows a secret, neither in settings that work nor in any problem', async () => {
    const env = `${REQUIRED}whydah_application_secret="${SECRET}"\nadmin_token="${SECRET}"`;
    const works = await load({ env });
    expect(works.settings.whydahApplicationSecret).to.equal(SECRET);
    expect(works.settings.admin.token).to.equal(SECRET);
    expect(JSON.stringify([works.warnings, works.effective, works.origins])).to.not.include(SECRET);

    const bad = [
      { env: `${REQUIRED}admin_token="${SECRET}\\nx"\nwhydah_application_secret="${SECRET}\\nx"` },
      { env: `${REQUIRED}whydah_aplication_secret=${SECRET}\nport=0` },
      { env: `${REQUIRED}whydah_application_secret "${SECRET}"` },
      { env: `${REQUIRED}whydah_application_secret="${SECRET}` },
      { env: REQUIRED, yaml: `admin: {token: ["${SECRET}"]}` },
      { env: REQUIRED, yaml: `admin: {tokn: "${SECRET}"}` },
      { env: REQUIRED, yaml: `admin: ${SECRET}` },
      { env: REQUIRED, yaml: `admin.token: "${SECRET}` },
      { env: `${REQUIRED}whydah_uri=ftp://me:${SECRET.replaceAll(' ', '-')}@host` },
      { env: `${REQUIRED}port=0`, environment: { VILI_ADMIN_TOKENS: SECRET } },
      { env: REQUIRED, flags: { 'admin.tokens': SECRET } },
    ];
    for (const given of bad) {
      const message = await rejection(given);
      expect(message, JSON.stringify(given)).to.not.include(SECRET);
      expect(message).to.not.include(SECRET.replaceAll(' ', '-'));
    }
    const loaded = await load({ env: `${REQUIRED}admin_token="${SECRET}"` });
    expect(loaded.warnings.join('\n')).to.include('(hidden) has no effect').and.not.include(SECRET);
  });

  it('lists every setting in effect with its value and origin, secrets hidden', async () => {
    const { effective } = await load({ env: `${REQUIRED}admin_token="${SECRET}"` });
    const rows = new Map(effective.map((setting) => [setting.key, setting]));
    expect(rows.get('port')).to.deep.equal({ key: 'port', value: '8080', origin: '.env line 1' });
    expect(rows.get('admin.token')?.value).to.equal('(hidden)');
    expect(rows.get('mirror.sample')).to.deep.equal({
      key: 'mirror.sample',
      value: '100%',
      origin: 'default',
    });
  });

  it('reads files with a byte order mark and with carriage returns', async () => {
    const env = `\ufeff${REQUIRED.replaceAll('\n', '\r\n')}`;
    const { settings } = await load({ env, yaml: '\ufeffhold.max: 1s\r\nprobation: 2m\r\n' });
    expect(settings).to.include({ port: 8080, identifier: 'inventory', probationMs: 120_000 });
  });

  it('works without any file when the environment has the required keys', async () => {
    const environment = { VILI_PORT: '8080', VILI_IDENTIFIER: 'inventory' };
    expect((await load({ environment })).settings.port).to.equal(8080);
  });

  it('shows names and values without control characters', async () => {
    const message = await rejection({
      env: REQUIRED,
      yaml: '"a\\e[2Jb": 1\nhost: "\\e[2J\\u202e"',
      flags: { 'x\u001b[2Jy\n': '1' },
    });
    // oxlint-disable-next-line no-control-regex
    expect(message).to.not.match(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(linesOf(message)[0]).to.equal('vili: 3 problems in the settings of BASE');
    expect(message.split('\n')).to.have.length(5);
  });

  it('cuts long values and stops after a hundred problems', async () => {
    const yaml = Array.from({ length: 150 }, (_, index) => `zzzzzz${index}: 1`).join('\n');
    const message = await rejection({ env: `${REQUIRED}host=${'x y'.repeat(5000)}`, yaml });
    expect(message.split('\n').every((line) => line.length < 300)).to.equal(true);
    expect(message).to.include('and 51 more');
  });

  it('is not misled by names that every object has', async () => {
    const { settings, warnings } = await load({
      env: `${REQUIRED}__proto__=x\nconstructor=y\ntoString=z`,
    });
    expect(settings.port).to.equal(8080);
    expect(warnings).to.have.length(3);
    await rejection({ env: REQUIRED, yaml: '__proto__: {host: x}' });
    await rejection({ env: REQUIRED, flags: { constructor: 'x' } });
  });

  it('throws nothing but a ConfigError, whatever the files hold', async () => {
    const names = fc.constantFrom(
      'port',
      'hold',
      'max',
      'mirror.rules',
      'launch',
      'admin',
      'token',
    );
    const piece = fc.oneof(
      names,
      fc.constantFrom('=', ': ', ':', '\n', '  ', '"', '[', ']', '- ', '9400-9500', '5s', '{a: b}'),
      fc.string({ unit: 'binary', maxLength: 4 }),
    );
    const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
    await withTempFolder(async (base) => {
      fc.assert(
        fc.property(text, text, fc.dictionary(names, text), (env, yaml, flags) => {
          writeFileSync(join(base, '.env'), env);
          writeFileSync(join(base, 'vili.yaml'), yaml);
          try {
            expect(loadSettings({ base, flags, environment: {} }).settings.base).to.equal(base);
          } catch (error) {
            expect(error).to.be.instanceOf(ConfigError);
          }
        }),
        { numRuns: 300 },
      );
    });
  });

  it('reports at most a hundred warnings', async () => {
    const others = Array.from({ length: 150 }, (_, index) => `zzzzzz${index}=1`).join('\n');
    const { warnings } = await load({ env: REQUIRED + others });
    expect(warnings).to.have.length(101);
    expect(warnings[100]).to.equal('and 50 more');
  });

  describe('says why a file cannot be used:', () => {
    it('it is not UTF-8, with the line', async () => {
      const env = Buffer.concat([Buffer.from(`${REQUIRED}env=`), Buffer.from([0xe6, 0x0a])]);
      expect(await rejection({ env })).to.match(/\.env line 3 +is not UTF-8 text/);
    });

    it('it is too large', async () => {
      const message = await rejection({ env: REQUIRED + '#'.repeat(300 * 1024) });
      expect(message).to.match(/\.env +is larger than 262144 bytes/);
    });

    it('it is a folder', async () => {
      await withTempFolder(async (base) => {
        await mkdir(join(base, '.env'));
        expect(rejectionIn(base)).to.match(/\.env +is a folder, not a file/);
      });
    });

    it('it is a pipe, which is not read', async () => {
      await withTempFolder(async (base) => {
        execFileSync('mkfifo', [join(base, 'vili.yaml')]);
        expect(rejectionIn(base)).to.match(/vili\.yaml +is not a regular file/);
      });
    });

    it('it is a link in a loop of links', async () => {
      await withTempFolder(async (base) => {
        await symlink('.env', join(base, '.env'));
        expect(rejectionIn(base)).to.match(/\.env +cannot be read: its links form a loop/);
      });
    });

    it('the base folder does not exist or is a file', async () => {
      await withTempFolder(async (folder) => {
        const base = join(folder, 'missing');
        expect(rejectionIn(base)).to.match(/command line +base +is not a readable folder/);
        await writeFile(base, '');
        expect(rejectionIn(base)).to.match(/command line +base +is not a folder/);
      });
    });
  });
});

async function load({ env, yaml, flags, environment }: Given): Promise<LoadedSettings> {
  return withTempFolder(async (base) => {
    if (env !== undefined) await writeFile(join(base, '.env'), env);
    if (yaml !== undefined) await writeFile(join(base, 'vili.yaml'), yaml);
    return loadSettings({ base, flags: flags ?? {}, environment: environment ?? {} });
  });
}

/** The message of the ConfigError, with the base folder as BASE. */
async function rejection(given: Given): Promise<string> {
  const rejected = await load(given).then(
    () => undefined,
    (error: unknown) => error,
  );
  return messageOf(rejected);
}

function rejectionIn(base: string): string {
  try {
    loadSettings({ base, flags: {}, environment: {} });
  } catch (error) {
    return messageOf(error);
  }
  throw new Error('the settings were accepted');
}

function messageOf(error: unknown): string {
  expect(error).to.be.instanceOf(ConfigError);
  if (!(error instanceof ConfigError)) throw error;
  expect(error.code).to.equal('VILI_CONFIG');
  return error.message.replaceAll(/\/\S*vili-spec-\w+/g, 'BASE');
}

function linesOf(message: string): string[] {
  return message.split('\n').map((line) => line.trim().replaceAll(/ {2,}/g, ' '));
}

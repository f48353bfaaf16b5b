import { access, constants, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { splitAddress } from '../../config/formats.ts';
import { loadSettings } from '../../config/load.ts';
import type { Settings } from '../../config/settings.ts';
import { isComplete } from '../../lib/base/arrival/complete.ts';
import { listServerFiles } from '../../lib/base/arrival/scan.ts';
import { adoptBase } from '../../lib/base/instance/adopt.ts';
import { layoutOf } from '../../lib/base/names/layout.ts';
import { succeeds } from '../../lib/base/names/paths.ts';
import type { CheckOptions } from '../../lib/cli/terminal/io.ts';
import { EXIT, messageOf } from '../../lib/errors.ts';
import { tracesUrl } from '../../lib/metrics/spans/protocol.ts';
import { requireSpanPackages } from '../../lib/metrics/spans/packages.ts';
import { inspectLog, levelWarning } from '../../lib/logs/classify/inspect.ts';
import { logPaths } from '../../lib/logs/follow/protocol.ts';
import { controlClient } from '../../lib/operator/client/client.ts';
import { readTlsPair } from '../../lib/proxy/downstream/tls.ts';
import { launchCommand } from '../../lib/servlet/launch.ts';
import { portHolders } from '../../lib/servlet/ports/port-holders.ts';
import { bindFailure, PortPool } from '../../lib/servlet/ports/ports.ts';
import { fleetText } from '../fleet/authorities.ts';
import { trustText } from '../../lib/servlet/trust.ts';
import { counted, percent } from '../../lib/text/numbers.ts';
import { holderText } from '../../lib/servlet/ports/taken-port.ts';
import { migrationOf } from './migrate/migration.ts';
import { tlsFiles } from './settings/traffic.ts';

/** Enough of the end of a log to recognize its format. */
const LOG_INSPECTED_BYTES = 256 * 1024;

interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly text: string;
}

/** `vili check`: what would go wrong at a start, without starting anything. */
export async function check(options: CheckOptions): Promise<number> {
  const { settings, warnings, effective } = loadSettings({
    base: options.base,
    flags: options.settings,
    environment: process.env,
  });
  const findings = [
    await checked('base', () => checkBase(settings)),
    await checked('port', () => checkPort(settings, options.migrate)),
    await checked('tls', () => checkTls(settings)),
    await checked('scheme', () => Promise.resolve(trustText(settings))),
    await checked('admin.listen', () => checkAdmin(settings)),
    await checked('fleet', () => Promise.resolve(fleetText(settings.fleet))),
    await checked('port_range', () => checkRange(settings)),
    await checked('properties', () => checkProperties(settings)),
    await checked('server files', () => checkServerFiles(settings)),
    await checked('links', () => checkLinks(settings)),
    await checked('log', () => checkLog(settings)),
    ...(settings.otlp.endpoint === ''
      ? []
      : [await checked('otlp.endpoint', () => Promise.resolve(tracesText(settings)))]),
    ...(settings.openapi === null ? [] : [checkOpenApi(settings.openapi)]),
  ];
  const migration = options.migrate ? await migrationOf(settings) : [];
  const failed = findings.some((finding) => !finding.ok);
  if (options.json) {
    const found = { findings, ...(options.migrate && { migration }) };
    const view = { schema: 'vili.check/1', ok: !failed, ...found, warnings, settings: effective };
    process.stdout.write(`${JSON.stringify(view, null, 2)}\n`);
  } else {
    for (const warning of warnings) process.stderr.write(`warning  ${warning}\n`);
    for (const { what, ok, text } of findings) {
      process.stdout.write(`${ok ? 'ok     ' : 'FAILED '}  ${what}: ${text}\n`);
    }
    for (const { kind, what, text } of migration) {
      process.stdout.write(`${kind.padEnd(7)}  ${what}: ${text}\n`);
    }
  }
  return failed ? EXIT.usage : EXIT.ok;
}

// Private

async function checked(what: string, find: () => Promise<string>): Promise<Finding> {
  try {
    return { what, ok: true, text: await find() };
  } catch (error) {
    return { what, ok: false, text: messageOf(error) };
  }
}

async function checkBase({ base }: Settings): Promise<string> {
  await access(base, constants.R_OK | constants.W_OK | constants.X_OK);
  return `${base} can be written`;
}

async function checkPort(
  { host, port, base, identifier }: Settings,
  isMigrating: boolean,
): Promise<string> {
  const failure = await bindFailure(port, host);
  if (failure === null) return `${host}:${port} is free`;
  const { socket } = layoutOf(base, identifier);
  const running = await controlClient(socket)
    .status()
    .catch(() => null);
  if (running?.vili.port === port) return `${host}:${port} is held by the Vili that runs here`;
  const other = isMigrating ? (await portHolders([port])).get(port) : undefined;
  if (other?.command.startsWith('vili') === true) {
    return `${host}:${port} is held by pid ${other.pid} (${other.command}), the program to stop first`;
  }
  const holder = await holderText(port);
  throw new Error(`${host}:${port} cannot be listened on (${holder || failure})`);
}

/** The files are read again at every start and change; here a person is present to fix them. */
function checkTls(settings: Settings): Promise<string> {
  const tls = tlsFiles(settings);
  if (tls === null) return Promise.resolve('off, users are served in plain HTTP');
  readTlsPair(tls);
  return Promise.resolve(`${tls.certFile} and ${tls.keyFile} belong together`);
}

/** Whether the collector is there is not asked: Vili starts without it. */
function tracesText({ otlp }: Settings): string {
  requireSpanPackages();
  return `spans go to ${tracesUrl(otlp.endpoint)}, of ${percent(otlp.sample)} of the requests without a trace`;
}

async function checkAdmin({ admin, base, identifier }: Settings): Promise<string> {
  const { listen, cert, key, token } = admin;
  const place = listen === null ? null : splitAddress(listen);
  if (place === null) return 'off, the API is on the control socket only';
  if (cert !== '') readTlsPair({ certFile: cert, keyFile: key, reloadMs: 0 }, 'admin');
  const failure = await bindFailure(place.port, place.host);
  const who = token === '' ? 'read-only, without samples' : 'with admin.token';
  if (failure === null) return `${listen} is free, ${who}`;
  const { socket } = layoutOf(base, identifier);
  const isRunning = await succeeds(controlClient(socket).status());
  if (isRunning) return `${listen} is in use while Vili runs here, ${who}`;
  const holder = await holderText(place.port);
  throw new Error(`${listen} cannot be listened on (${holder || failure})`);
}

async function checkProperties({ base, propertiesFileName }: Settings): Promise<string> {
  if (propertiesFileName === '') return 'none is copied into the instances';
  const path = join(base, propertiesFileName);
  try {
    await access(path, constants.R_OK);
  } catch (error) {
    const text = `properties_file_name names ${path}, which cannot be read: ${messageOf(error)}`;
    throw new Error(text, { cause: error });
  }
  return `${path} can be read`;
}

async function checkRange({ portRange }: Settings): Promise<string> {
  const pool = new PortPool({ ...portRange, host: '0.0.0.0' });
  const port = await pool.take();
  return `${portRange.from}-${portRange.to}, ${port} is free`;
}

async function checkServerFiles(settings: Settings): Promise<string> {
  const { base, identifier } = settings;
  const newest = (await listServerFiles(base, identifier)).at(-1);
  if (newest === undefined) {
    return `none yet; put ${identifier}-<version>.<ext> into ${base} and it becomes the running version`;
  }
  const serverFile = layoutOf(base, identifier).serverFile(newest);
  if (!(await isComplete(serverFile)))
    throw new Error(`${serverFile} is cut off: its zip end record is missing`);
  const command = launchCommand({
    extension: newest.extension,
    serverFile,
    port: settings.portRange.from,
    instanceFolder: base,
    base,
    settings,
  });
  return `the newest is ${newest.fileName}, started as: ${command.join(' ')}`;
}

/** A file that cannot be used is reported with the other settings. */
function checkOpenApi({ file, routes }: NonNullable<Settings['openapi']>): Finding {
  const [first = 'none'] = routes;
  const text = `${file} names ${counted(routes.length, 'endpoint')}, the first: ${first}`;
  return { what: 'openapi', ok: true, text };
}

/** A log whose lines have no level looks free of errors, and nobody would notice. */
async function checkLog({ base, identifier, log, logs }: Settings): Promise<string> {
  const link = layoutOf(base, identifier).logsLink('running');
  const jsonLog = join(link, 'json', `${identifier}.log`);
  const instance = dirname(await realpath(link).catch(() => link));
  const [stdOut, stdErr] = [join(instance, 'stdOut'), join(instance, 'stdErr')];
  const { path, otherPaths = [] } = logPaths({ jsonLog, stdOut, stdErr }, logs.source);
  const options = { ...log, maxBytes: LOG_INSPECTED_BYTES };
  if ((await stat(path).catch(() => null)) !== null) return inspected(path, options);
  for (const other of otherPaths) {
    const found = await inspectLog(other, options).catch(() => null);
    if (found !== null && found.format !== '') return inspected(other, options);
  }
  const others = otherPaths.length === 0 ? '' : ', and no JSON lines in stdOut or stdErr';
  return `none yet at ${path}${others}`;
}

async function inspected(path: string, options: Parameters<typeof inspectLog>[1]): Promise<string> {
  const inspection = await inspectLog(path, options);
  const warning = levelWarning(inspection);
  if (warning !== null) throw new Error(warning);
  const { withLevel, lines, format } = inspection;
  const by = format === '' ? '' : ` (format: ${format})`;
  return `${withLevel} of the last ${lines} lines of ${path} have a level${by}`;
}

async function checkLinks({ base, identifier }: Settings): Promise<string> {
  const { running, testing, faults } = await adoptBase(layoutOf(base, identifier));
  const words = [
    running === null ? 'no running version yet' : `running ${running.name}`,
    testing === null ? 'none under test' : `under test ${testing.name}`,
    ...faults,
  ];
  return words.join('; ');
}

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HistoryEntry, HistoryEvent } from '../../../lib/model/history.ts';
import {
  CONTROL_LIMITS,
  createControlServer,
} from '../../../lib/operator/server/control-server.ts';
import { socketDoor } from '../../../lib/operator/server/door/socket-door.ts';
import type { StatusView } from '../../../lib/operator/views/status-view.ts';
import { SampleHandlers, STATUS } from '../operator/views.ts';

/*
 * Stands in for the daemon in specs of the demo: serves the first release on the port for users and
 * decides about the others as the mode (its last argument) says.
 */
const base = process.argv[process.argv.indexOf('--base') + 1] ?? '';
const mode = process.argv.at(-1);

if (mode === 'exits') {
  process.stderr.write('the port is taken\n');
  process.exit(2);
}
mkdirSync(join(base, '.vili'));
const port = /^port="(\d+)"$/m.exec(readFileSync(join(base, '.env'), 'utf8'))?.[1] ?? '0';
const shop = spawn(process.execPath, [join(base, 'shop-1.0.0.mjs')], {
  cwd: base,
  env: { PORT: port },
  stdio: ['ignore', 'pipe', 'ignore'],
});
const history: HistoryEntry[] = [];
let serving = false;
shop.stdout.once('data', () => (serving = true));

class StandIn extends SampleHandlers {
  override async status(): Promise<StatusView> {
    decide();
    const promoted = history.some(({ event }) => event === 'promoted');
    const version = `shop-${promoted ? '1.0.1' : '1.0.0'}`;
    const running = serving && STATUS.running !== null ? { ...STATUS.running, version } : null;
    const missing = ['7 more requests', '3 more seconds of logs'];
    const verdict = STATUS.verdict === null ? null : { ...STATUS.verdict, missing };
    return { ...STATUS, phase: serving ? 'steady' : 'starting', running, verdict };
  }

  override async history(): Promise<readonly HistoryEntry[]> {
    return history;
  }
}

/** A decision needs traffic: the users of the demo must have arrived before. */
function hasUsers(): boolean {
  const log = join(base, 'logs', 'json', 'shop.log');
  return existsSync(log) && readFileSync(log, 'utf8').includes('GET /');
}

function decide(): void {
  if (!hasUsers()) return;
  const names = readdirSync(base);
  const has = (version: string): boolean => names.includes(`shop-${version}.mjs`);
  if (has('1.0.1') && mode !== 'never-promotes')
    note('1.0.1', mode === 'rejects-good' ? 'rejected' : 'promoted');
  if (has('1.1.0') && mode !== 'never-rejects') note('1.1.0', 'rejected');
}

function note(number: string, event: HistoryEvent): void {
  const version = `shop-${number}`;
  if (history.some((entry) => entry.version === version)) return;
  history.push({ at: new Date().toISOString(), event, version, by: 'vili', reasons: ['because'] });
}

const server = createControlServer({
  ...CONTROL_LIMITS,
  door: socketDoor(join(base, '.vili', 'vili.sock')),
  handlers: new StandIn(),
  maxBodyBytes: 1000,
  maxConnections: 10,
  idleMs: 5000,
  onProblem: () => {},
});
await server.listen();
process.once('SIGTERM', () => {
  shop.once('exit', () => void server.close().then(() => process.exit(0)));
  shop.kill('SIGKILL');
});

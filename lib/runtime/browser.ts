import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attempt } from '../errors.ts';

const OPENER = 'xdg-open';

/**
 * Opens an address in the user's browser, where there is a desktop; resolves to whether that was tried. The address may be a
 * secret: other accounts can read the arguments of a process, so it is handed over in a file that only this user can read,
 * which is removed once `signal` is aborted. Never throws.
 */
export async function openInBrowser(
  address: string,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<boolean> {
  const hasDesktop = environment['DISPLAY'] || environment['WAYLAND_DISPLAY'];
  if (!hasDesktop || signal.aborted) return false;
  const folder = await mkdtemp(join(tmpdir(), 'vili-dashboard-')).catch(() => null);
  if (folder === null) return false;
  signal.addEventListener('abort', () => void rm(folder, { recursive: true, force: true }), {
    once: true,
  });
  const file = join(folder, 'open.html');
  // An address has no character that means anything in markup.
  const page = `<!doctype html><meta http-equiv="refresh" content="0;url=${encodeURI(address)}">\n`;
  const isWritten = await writeFile(file, page, { mode: 0o600 }).then(
    () => true,
    () => false,
  );
  return isWritten && started(file);
}

// Private

function started(file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = attempt(() => spawn(OPENER, [file], { detached: true, stdio: 'ignore' }), null);
    if (child === null) return resolve(false);
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}

import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, messageOf } from '../../../lib/errors.ts';

const LIBRARIES = '/usr/lib';
const PROBE_LIMIT_MS = 10_000;
const HOUR_MS = 3_600_000;
const PROBED_HOURS = 5;
const TOLERANCE_MS = HOUR_MS / 2;
/** A running process notices another shift within this time. */
const NOTICED_SECONDS = 1;

/** The clock of one host, that can be shifted while its Vili runs. */
export class ShiftedClock {
  readonly #file: string;
  readonly #library: string;

  private constructor(folder: string, library: string) {
    this.#file = join(folder, 'shift');
    this.#library = library;
    this.shift(0);
  }

  /** A text says why no clock can be shifted here. */
  static find(folder: string): ShiftedClock | string {
    const library = libraryOf();
    if (library === null) return 'libfaketime is not installed (Debian: faketime)';
    const clock = new ShiftedClock(folder, library);
    const problem = clock.#probe();
    return problem ?? clock;
  }

  /** What a process is started with to have this clock. Steady clocks and timers stay as they are. */
  get environment(): Readonly<Record<string, string>> {
    return {
      LD_PRELOAD: this.#library,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_CACHE_DURATION: String(NOTICED_SECONDS),
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      // Killed, it would leave files in /dev/shm.
      FAKETIME_DISABLE_SHM: '1',
    };
  }

  /** Hours from now on, also below 0. */
  shift(hours: number): void {
    writeFileSync(this.#file, `${hours < 0 ? '-' : '+'}${Math.abs(hours)}h\n`);
  }

  // Private

  #probe(): string | null {
    this.shift(PROBED_HOURS);
    const code = 'process.stdout.write(String(Date.now()))';
    const env = { PATH: process.env['PATH'], ...this.environment };
    try {
      const text = execFileSync(process.execPath, ['-e', code], { env, timeout: PROBE_LIMIT_MS });
      const off = Number(text.toString()) - Date.now() - PROBED_HOURS * HOUR_MS;
      return Math.abs(off) < TOLERANCE_MS ? null : 'libfaketime does not shift the clock of node';
    } catch (error) {
      return `node does not run with libfaketime: ${messageOf(error)}`;
    } finally {
      this.shift(0);
    }
  }
}

// Private

function libraryOf(): string | null {
  const folders = attempt(() => readdirSync(LIBRARIES), []).map((name) => join(LIBRARIES, name));
  for (const folder of folders) {
    const found = attempt(() => readdirSync(join(folder, 'faketime')), []);
    // The one for processes with threads.
    const name = found.find((one) => one.startsWith('libfaketimeMT.so'));
    if (name !== undefined) return join(folder, 'faketime', name);
  }
  return null;
}

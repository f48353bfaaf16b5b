import { FormatShare } from '../logs/classify/format-share.ts';
import type { LogBatch } from '../logs/follow/batch.ts';
import type { LogFormatChange, LogSides, LogState } from '../verdict/signals/logs/log-format.ts';

/** How both versions log; lines without levels, or no lines at all, appear free of errors. */
export class LogFormats {
  readonly #running = new FormatShare();
  readonly #testing = new FormatShare();
  readonly #startUpLines: number;
  /** Whether running logged anything before the test. */
  readonly #hadLog: boolean;

  /** `startUpLines`: what testing logged before its test began. */
  constructor(startUpLines: number, hadLog = false) {
    this.#startUpLines = startUpLines;
    this.#hadLog = hadLog;
  }

  /** Adopts a checkpoint; what it lacks stays zero. */
  static restore(saved: unknown): LogFormats {
    const { running, testing, startUpLines, hadLog } = (saved ?? {}) as Record<string, unknown>;
    const lines = typeof startUpLines === 'number' ? startUpLines : 0;
    const formats = new LogFormats(lines, hadLog === true);
    formats.#running.restore(running);
    formats.#testing.restore(testing);
    return formats;
  }

  checkpoint(): unknown {
    return {
      running: this.#running.checkpoint(),
      testing: this.#testing.checkpoint(),
      startUpLines: this.#startUpLines,
      hadLog: this.#hadLog,
    };
  }

  add(side: 'running' | 'testing', batch: LogBatch): void {
    (side === 'running' ? this.#running : this.#testing).add(batch);
  }

  /** How both log when running has levels and testing has none, or no lines; else null. */
  change(): LogFormatChange | null {
    const isSilent = this.#testing.lines === 0 && this.#startUpLines === 0;
    const isWorse = isSilent || this.#testing.hasLevels === false;
    if (this.#running.hasLevels !== true || !isWorse) return null;
    return { running: this.#running.describe(), testing: this.#testing.describe() };
  }

  /** What both logs can say about errors. */
  sides(): LogSides {
    return {
      running: stateOf(this.#running, this.#hadLog),
      testing: stateOf(this.#testing, this.#startUpLines > 0),
      text: this.#running.describe(),
    };
  }
}

// Private

function stateOf(share: FormatShare, wasThere: boolean): LogState {
  if (share.lines === 0) return wasThere ? 'read' : 'none';
  return share.isUnreadable ? 'unreadable' : 'read';
}

import { createLineMask } from '../../../lib/compare/mask/line.ts';
import { withoutSecret } from '../../../lib/compare/mask/secret.ts';
import { ConflictError, ViliError } from '../../../lib/errors.ts';
import { LineFollower } from '../../../lib/logs/show/follow-lines.ts';
import { lastLines, type LogFile } from '../../../lib/logs/show/last-lines.ts';
import type { ShowOptions } from '../../../lib/logs/show/line-reader.ts';
import type { LinesWanted } from '../../../lib/model/logs/shown-line.ts';
import type { LogEvent, LogOwner, LogsView } from '../../../lib/operator/views/log-view.ts';
import type { Services } from '../services.ts';
import { type Located, locateLog } from './log-files.ts';

/** Each reads and masks lines on the users' thread, a bounded number a second. */
const STREAMS_MAX = 4;
/** How often it is looked for another process of the service, in polls. */
const LOCATE_EVERY = 4;

/** The logs of the service and of Vili, for people: masked as everything that is kept. */
export class LogViews {
  readonly #services: Services;
  #streams = 0;

  constructor(services: Services) {
    this.#services = services;
  }

  /** The newest lines. Throws ConflictError when there is no such log now. */
  async last(of: LogOwner, wanted: LinesWanted): Promise<LogsView> {
    const { source, files } = await locateLog(this.#services, of);
    const { lines, isWhole } = await lastLines(files, wanted, this.#options(), false);
    return { schema: 'vili.logs/1', source, lines, isWhole };
  }

  /** The newest lines, then new ones, also of the processes that follow. Throws as `last`, at its begin. */
  async follow(
    of: LogOwner,
    wanted: LinesWanted,
  ): Promise<(send: (event: LogEvent) => void) => () => void> {
    if (this.#streams >= STREAMS_MAX) {
      const text = `${STREAMS_MAX} streams of log lines are open, and there can be no more`;
      throw new ViliError('VILI_TOO_MANY_STREAMS', text, { httpStatus: 503 });
    }
    const options = this.#options();
    const first = await locateLog(this.#services, of);
    const { lines, offsets } = await lastLines(first.files, wanted, options, true);
    return (send) => {
      this.#streams += 1;
      send({ source: first.source });
      for (const line of lines) send({ line });
      const locate = this.#locating(of, first, send);
      const follower = new LineFollower(locate, wanted, options, offsets, {
        line: (line) => send({ line }),
        skipped: (file, bytes) => send({ skipped: { file, bytes } }),
        problem: (text) => send({ problem: text }),
      });
      return () => {
        this.#streams -= 1;
        follower.close();
      };
    };
  }

  // Private

  #options(): ShowOptions {
    const { live, mirrorToken } = this.#services;
    const { mask, log } = live.settings;
    const masked = createLineMask(mask);
    return {
      levelField: log.levelField,
      numbers: log.numbers,
      mask: (line) => {
        const text = masked(line);
        return text === null ? null : withoutSecret(text, mirrorToken);
      },
    };
  }

  /** Where the log is now, and says so when that changes. While there is none, the last one is kept. */
  #locating(
    of: LogOwner,
    first: Located,
    send: (event: LogEvent) => void,
  ): () => Promise<readonly LogFile[]> {
    let last = first;
    let polls = 0;
    return async () => {
      polls += 1;
      if (polls % LOCATE_EVERY !== 0) return last.files;
      const now = await locateLog(this.#services, of).catch((error: unknown) => {
        if (error instanceof ConflictError) return last;
        throw error;
      });
      if (JSON.stringify(now.source) !== JSON.stringify(last.source)) send({ source: now.source });
      last = now;
      return now.files;
    };
  }
}

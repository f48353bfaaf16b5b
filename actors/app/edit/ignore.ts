import { access, constants, realpath, stat } from 'node:fs/promises';
import { addRule, type AddedRule } from '../../../config/edit/add-rule.ts';
import { ignoreRule } from '../../../config/edit/ignore-rule.ts';
import { writeFileAtomic } from '../../../lib/base/state/atomic-file.ts';
import { ConflictError } from '../../../lib/errors.ts';
import type { IgnoreRequest, IgnoreView } from '../../../lib/operator/views/act-views.ts';
import { withoutHiddenMarks } from '../../../lib/text/hidden.ts';
import type { Services } from '../services.ts';

const MAX_COMMENT = 300;
const NEW_FILE_MODE = 0o600;

export interface IgnoreActs {
  /** Throws when the sources are wrong; then nothing has changed. */
  reload(by: string): Promise<unknown>;
  /** The rule is in the history, and the test under way begins anew. What happens, in one sentence. */
  begin(by: string, rule: string, reason: string): Promise<string>;
}

/** Writes what operators want ignored into the settings file where it takes effect. */
export class Ignoring {
  readonly #services: Services;
  readonly #acts: IgnoreActs;
  #isBusy = false;

  constructor(services: Services, acts: IgnoreActs) {
    this.#services = services;
    this.#acts = acts;
  }

  /** Throws as `addRule`, and ConflictError where the file must not be written. */
  async ignore(request: IgnoreRequest): Promise<IgnoreView> {
    const { by, reason = '', dryRun: isDryRun = false } = request;
    const rule = ignoreRule(request);
    if (this.#isBusy) throw new ConflictError('another rule is being written; wait for it');
    this.#isBusy = true;
    try {
      const date = new Date(this.#services.wallNow()).toISOString().slice(0, 10);
      const added = addRule(this.#services.live.sources, rule, commentOf(by, date, reason));
      const { file, line, before, after } = added;
      const view = { schema: 'vili.ignore/1', file, line, before, after, rule } as const;
      if (isDryRun) {
        const effect = `${file} would get this rule, and the evidence of a test under way would begin anew`;
        return { ...view, effect };
      }
      await this.#write(added, by);
      return { ...view, effect: await this.#acts.begin(by, rule, reason) };
    } finally {
      this.#isBusy = false;
    }
  }

  // Private

  /** What was there comes back when the settings cannot be read with it. */
  async #write({ path, file, text, old }: AddedRule, by: string): Promise<void> {
    const target = old === null ? path : await realpath(path);
    await access(old === null ? this.#services.layout.base : target, constants.W_OK).catch(() => {
      throw new ConflictError(`Vili may not write ${file}; add the rule by hand`);
    });
    const mode = old === null ? NEW_FILE_MODE : (await stat(target)).mode & 0o777;
    await writeFileAtomic(target, text, mode);
    try {
      await this.#acts.reload(by);
    } catch (error) {
      await writeFileAtomic(target, old ?? '', mode);
      throw error;
    }
  }
}

// Private

/** One line, whatever a person calls themselves. */
function commentOf(by: string, date: string, reason: string): string {
  const why = reason === '' ? '' : `: ${reason}`;
  const text = `added by ${by}, ${date}${why}`;
  return withoutHiddenMarks(text)
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_COMMENT);
}

import { join } from 'node:path';
import { type LoadedSettings, loadSettings, type SettingsSources } from '../../../config/load.ts';
import { type Reloaded, reloadSettings } from '../../../config/reload.ts';
import type { Settings } from '../../../config/settings.ts';
import { ENV_FILE, YAML_FILE } from '../../../config/sources/layers.ts';
import { WatchedFiles } from '../../../lib/base/state/watched-files.ts';

/** The settings in effect; a reload replaces them in one step. */
export class LiveSettings {
  readonly #sources: SettingsSources;
  readonly #files: WatchedFiles;
  #loaded: LoadedSettings;

  /** Reads all settings. Throws as `loadSettings`. */
  constructor(sources: SettingsSources) {
    this.#sources = sources;
    this.#files = new WatchedFiles([ENV_FILE, YAML_FILE].map((name) => join(sources.base, name)));
    this.#files.reading();
    this.#loaded = loadSettings(sources);
  }

  get sources(): SettingsSources {
    return this.#sources;
  }

  get settings(): Settings {
    return this.#loaded.settings;
  }

  get warnings(): readonly string[] {
    return this.#loaded.warnings;
  }

  /** Whether a settings file was written since it was read, and is no longer being written. */
  haveFilesChanged(): Promise<boolean> {
    return this.#files.haveChanged();
  }

  /** Reads the sources again. Throws `ReloadFailed`; then the settings stay as they are. */
  reload(): Reloaded {
    this.#files.reading();
    const reloaded = reloadSettings(this.#loaded, this.#sources);
    this.#loaded = reloaded.loaded;
    return reloaded;
  }
}

/** What `of` makes of the settings in effect, made anew only when they were replaced. */
export function ofLatest<T>(live: LiveSettings, of: (settings: Settings) => T): () => T {
  let { settings } = live;
  let made = of(settings);
  return () => {
    if (live.settings !== settings) {
      settings = live.settings;
      made = of(settings);
    }
    return made;
  };
}

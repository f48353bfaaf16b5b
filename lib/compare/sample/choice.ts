import type { SampleSignal } from './sample.ts';

/** Bounds of the samples that are kept of one test. */
export interface SampleSettings {
  readonly perEndpoint: number;
  /** For all samples of a test together. */
  readonly maxBytes: number;
  /** For each body. */
  readonly maxBodyBytes: number;
}

/** Fewer samples of these signals are kept, since they rarely explain a verdict. */
const MAX_OF_SIGNAL: Readonly<Partial<Record<SampleSignal, number>>> = { slow: 2, reported: 1 };

/** Selects the pairs worth keeping: few per endpoint, and each kind of finding at least once. */
export interface SampleChoice {
  /** `isDoubtful`: the difference may be noise not known yet, of which one pair is enough. */
  wants(endpoint: string, signal: SampleSignal, key: string, isDoubtful: boolean): boolean;
  kept(endpoint: string, signal: SampleSignal, key: string, bytes: number): void;
}

export function createSampleChoice(
  settings: Pick<SampleSettings, 'perEndpoint' | 'maxBytes'>,
  maxEndpoints: number,
): SampleChoice {
  const endpoints = new Map<string, { readonly signal: SampleSignal; readonly key: string }[]>();
  let bytesLeft = settings.maxBytes;

  return {
    wants(endpoint, signal, key, isDoubtful) {
      if (bytesLeft <= 0) return false;
      const kept = endpoints.get(endpoint);
      if (kept === undefined) return endpoints.size < maxEndpoints && settings.perEndpoint > 0;
      const ofSignal = kept.filter((one) => one.signal === signal).length;
      if (isDoubtful && ofSignal > 0) return false;
      if (ofSignal >= (MAX_OF_SIGNAL[signal] ?? settings.perEndpoint)) return false;
      const isKnown = kept.some((one) => one.signal === signal && one.key === key);
      // The last place is reserved for a kind of finding that is not kept yet.
      const places = settings.perEndpoint;
      return kept.length < (isKnown ? Math.max(1, places - 1) : places);
    },
    kept(endpoint, signal, key, bytes) {
      const kept = endpoints.get(endpoint) ?? [];
      kept.push({ signal, key });
      endpoints.set(endpoint, kept);
      bytesLeft -= bytes;
    },
  };
}

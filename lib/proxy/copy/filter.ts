import { compileTemplate, pathOf } from '../../model/path-template.ts';
import type { StickyKey } from '../../model/traffic-rules.ts';
import type { RequestHead } from '../http/request-head.ts';
import type { CopyRules, ProxySettings } from '../settings.ts';
import { Probes } from './probes.ts';
import { positionOf, stickyValue } from './sticky.ts';

/** Why a request was not copied to testing. */
export const SKIP_REASONS = [
  'method',
  'rule',
  'sample',
  'health',
  'servlet',
  'local',
  'upgrade',
  'preview',
  'no-testing',
  'too-large',
  'aborted',
  'held',
  'refused',
] as const;

export type SkipReason = (typeof SKIP_REASONS)[number];

/** The parts of a request that the decision depends on. */
type CopyCandidate = Pick<RequestHead, 'method' | 'path' | 'headers' | 'userAgent'>;

type Settings = Pick<ProxySettings, 'health'> & { readonly mirror: CopyRules };

interface CompiledRule {
  readonly method: string;
  readonly matches: (path: string) => boolean;
  readonly on: boolean;
}

/** Decides for each request whether it is copied. Compiled once from the settings. */
export class MirrorFilter {
  private readonly probes: Probes;
  private readonly rules: readonly CompiledRule[];
  private readonly methods: ReadonlySet<string>;
  private readonly sample: number;
  private readonly sticky: StickyKey | null;
  private readonly random: () => number;

  constructor(settings: Settings, random: () => number) {
    this.probes = new Probes(settings.health.paths, settings.health.agents);
    this.rules = settings.mirror.rules.map((rule) => ({
      method: rule.method.toUpperCase(),
      matches: compileTemplate(rule.path),
      on: rule.on,
    }));
    this.methods = new Set(settings.mirror.methods.map((method) => method.toUpperCase()));
    this.sample = settings.mirror.sample;
    this.sticky = settings.mirror.sticky;
    this.random = random;
  }

  /** Null when the request is to be copied, else why not. */
  skipReason(request: CopyCandidate, mirroring: boolean): SkipReason | null {
    const { method, path: target } = request;
    if (this.probes.isProbe(request)) return 'health';
    if (!mirroring) return 'no-testing';
    const rule = this.ruleFor(method, target);
    if (rule === null && !this.methods.has(method)) return 'method';
    if (rule?.on === false) return 'rule';
    return this.sample >= 1 || this.position(request) < this.sample ? null : 'sample';
  }

  /** A mark of the session that `mirror.sticky` finds, not the session itself; '' for none. */
  sessionOf(request: CopyCandidate): string {
    const value = this.sticky === null ? '' : stickyValue(request.headers, this.sticky);
    return value === '' ? '' : `session ${positionOf(value)}`;
  }

  // Private

  /** From 0 to 1; drawn for a request without the sticky header or cookie. */
  private position(request: CopyCandidate): number {
    const value = this.sticky === null ? '' : stickyValue(request.headers, this.sticky);
    return value === '' ? this.random() : positionOf(value);
  }

  private ruleFor(method: string, target: string): CompiledRule | null {
    if (this.rules.length === 0) return null;
    const path = pathOf(target);
    for (const rule of this.rules) {
      if ((rule.method === '*' || rule.method === method) && rule.matches(path)) return rule;
    }
    return null;
  }
}

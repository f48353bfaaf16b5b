import { compileTemplate, pathOf } from '../../model/path-template.ts';

/** User agents whose nature is remembered; after as many different ones all are forgotten. */
const MAX_AGENTS = 256;

/** The parts of a request that tell a probe. */
interface ProbeCandidate {
  readonly path: string;
  readonly userAgent: string;
}

/**
 * Recognises requests that ask whether the service is there, not for what it does: by path, or by the user
 * agent of a load balancer, an orchestrator or a monitor. Asked for every request, so nearly all patterns cost
 * one comparison of text.
 */
export class Probes {
  private readonly exact = new Set<string>();
  private readonly endings: string[] = [];
  private readonly beginnings: string[] = [];
  private readonly others: ((path: string) => boolean)[] = [];
  private readonly agents: readonly string[];
  private readonly known = new Map<string, boolean>();

  constructor(paths: readonly string[], agents: readonly string[]) {
    for (const path of paths) this.addPath(path);
    this.agents = agents.map((agent) => agent.toLowerCase());
  }

  isProbe({ path: target, userAgent }: ProbeCandidate): boolean {
    const path = pathOf(target);
    if (this.isProbed(path) || (userAgent !== '' && this.isProber(userAgent))) return true;
    return path.length > 1 && path.endsWith('/') && this.isProbed(path.slice(0, -1));
  }

  // Private

  private addPath(path: string): void {
    const [first, second, ...more] = path.split('*');
    const isPlain = second !== undefined && more.length === 0 && !path.includes('{');
    if (isPlain && first === '') this.endings.push(second);
    else if (isPlain && second === '') this.beginnings.push(first ?? '');
    else if (second === undefined && !path.includes('{')) this.exact.add(path);
    else this.others.push(compileTemplate(path));
  }

  private isProbed(path: string): boolean {
    if (this.exact.has(path)) return true;
    for (const ending of this.endings) if (path.endsWith(ending)) return true;
    for (const beginning of this.beginnings) if (path.startsWith(beginning)) return true;
    for (const matches of this.others) if (matches(path)) return true;
    return false;
  }

  private isProber(userAgent: string): boolean {
    const found = this.known.get(userAgent);
    if (found !== undefined) return found;
    const lower = userAgent.toLowerCase();
    const isProber = this.agents.some((agent) => lower.includes(agent));
    if (this.known.size >= MAX_AGENTS) this.known.clear();
    this.known.set(userAgent, isProber);
    return isProber;
  }
}

import type { StatusView } from '../lib/operator/views/status-view.ts';
import { lazily } from './live/lazily.ts';
import type { Route } from './route.ts';
import type { VNode } from './vendor/preact.js';
import { Now } from './views/now.ts';

export type ViewOf = (props: { route: Route }) => VNode;

export interface View {
  /** In the address. */
  readonly name: string;
  readonly title: string;
  /** What it answers. */
  readonly question: string;
  readonly load: () => Promise<ViewOf>;
  /** Whether the navigation has it; absent: always. */
  readonly isOffered?: (status: StatusView) => boolean;
}

/** In the order of the navigation; the first is shown first. */
export const VIEWS: readonly [View, ...View[]] = [
  {
    name: 'now',
    title: 'Now',
    question: 'May the version under test go live?',
    load: async () => Now,
  },
  {
    name: 'why',
    title: 'Why',
    question: 'What speaks for and against it, and how sure is that?',
    load: late('why', 'Why', () => import('./views/why.ts')),
  },
  {
    name: 'differences',
    title: 'Differences',
    question: 'Which request shows it, and is it our noise?',
    load: late('differences', 'Differences', () => import('./views/differences.ts')),
  },
  {
    name: 'traffic',
    title: 'Traffic',
    question: 'How much, how fast, and what becomes of the copies?',
    load: late('traffic', 'Traffic', () => import('./views/traffic.ts')),
  },
  {
    name: 'versions',
    title: 'Versions',
    question: 'What became of every version, and who decided?',
    load: late('versions', 'Versions', () => import('./views/versions.ts')),
  },
  {
    name: 'logs',
    title: 'Logs',
    question: 'What do both log?',
    load: late('logs', 'Logs', () => import('./views/logs.ts')),
  },
  {
    name: 'inside',
    title: 'Inside',
    question: 'Is Vili itself well?',
    load: late('inside', 'Inside', () => import('./views/inside.ts')),
  },
  {
    name: 'fleet',
    title: 'Fleet',
    question: 'How far is the version on all hosts, and what holds it?',
    load: late('fleet', 'Fleet', () => import('./views/fleet.ts')),
    isOffered: ({ fleet }) => fleet != null,
  },
];

export function viewNamed(name: string): View {
  return VIEWS.find((view) => view.name === name) ?? VIEWS[0];
}

// Private

/** What the module of a view exports under this name, once it is wanted. */
function late<Name extends string>(
  file: string,
  exported: Name,
  first: () => Promise<Readonly<Record<Name, ViewOf>>>,
): () => Promise<ViewOf> {
  return async () => (await lazily(first, `/page/views/${file}.js`))[exported];
}

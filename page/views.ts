import type { StatusView } from '../lib/operator/views/status-view.ts';
import type { Route } from './route.ts';
import type { VNode } from './vendor/preact.js';
import { Differences } from './views/differences.ts';
import { Fleet } from './views/fleet.ts';
import { Inside } from './views/inside.ts';
import { Logs } from './views/logs.ts';
import { Now } from './views/now.ts';
import { Traffic } from './views/traffic.ts';
import { Versions } from './views/versions.ts';
import { Why } from './views/why.ts';

export interface View {
  /** In the address. */
  readonly name: string;
  readonly title: string;
  /** What it answers. */
  readonly question: string;
  readonly View: (props: { route: Route }) => VNode;
  /** Whether the navigation has it; absent: always. */
  readonly isOffered?: (status: StatusView) => boolean;
}

/** In the order of the navigation; the first is shown first. */
export const VIEWS: readonly [View, ...View[]] = [
  { name: 'now', title: 'Now', question: 'May the version under test go live?', View: Now },
  {
    name: 'why',
    title: 'Why',
    question: 'What speaks for and against it, and how sure is that?',
    View: Why,
  },
  {
    name: 'differences',
    title: 'Differences',
    question: 'Which request shows it, and is it our noise?',
    View: Differences,
  },
  {
    name: 'traffic',
    title: 'Traffic',
    question: 'How much, how fast, and what becomes of the copies?',
    View: Traffic,
  },
  {
    name: 'versions',
    title: 'Versions',
    question: 'What became of every version, and who decided?',
    View: Versions,
  },
  { name: 'logs', title: 'Logs', question: 'What do both log?', View: Logs },
  { name: 'inside', title: 'Inside', question: 'Is Vili itself well?', View: Inside },
  {
    name: 'fleet',
    title: 'Fleet',
    question: 'How far is the version on all hosts, and what holds it?',
    View: Fleet,
    isOffered: ({ fleet }) => fleet != null,
  },
];

export function viewNamed(name: string): View {
  return VIEWS.find((view) => view.name === name) ?? VIEWS[0];
}

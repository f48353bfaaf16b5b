import type { ActorTree } from '../../model/actor-tree.ts';
import { shortDuration } from '../../text/times.ts';
import type { Colors } from './colors.ts';
import { printable } from './printable.ts';
import { alignRows, type Cell } from './table.ts';

/** Deeper levels are not shown; the tree of Vili has four. */
const MAX_DEPTH = 20;

/** `vili tree`: the actors, indented, with status, mailbox, restarts and message in hand. */
export function treeText(root: ActorTree, colors: Colors): string[] {
  const head: Cell[] = ['actor', 'state', 'mailbox', 'restarts', 'in hand'].map((text) => ({
    text,
    style: colors.quiet,
  }));
  return alignRows([head, ...rowsOf(root, '', 0, colors)]);
}

// Private

function rowsOf(node: ActorTree, parent: string, depth: number, colors: Colors): Cell[][] {
  const inside = parent !== '' && node.path.startsWith(`${parent}/`);
  const name = printable(inside ? node.path.slice(parent.length + 1) : node.path);
  const row: Cell[] = [
    '  '.repeat(depth) + name,
    { text: printable(node.status), style: node.hung ? colors.bad : (text) => text },
    String(node.mailbox),
    String(node.restarts),
    inHandText(node),
  ];
  if (depth >= MAX_DEPTH) return [row];
  const children = node.children.flatMap((child) => rowsOf(child, node.path, depth + 1, colors));
  return [row, ...children];
}

function inHandText({ inHand, hung }: ActorTree): string {
  if (inHand === null) return hung ? 'HUNG' : '-';
  return `${printable(inHand.type)} for ${shortDuration(inHand.sinceMs)}${hung ? ' HUNG' : ''}`;
}

import type { Cell, Status } from './cell.ts';
import { typeOf } from './envelope.ts';

/** One actor as it is now. */
export interface TreeNode {
  readonly path: string;
  readonly status: Status;
  /** Messages waiting. */
  readonly mailbox: number;
  readonly restarts: number;
  readonly incarnation: number;
  /** What it handles now, and for how many milliseconds already. */
  readonly messageInHand: { readonly type: string; readonly sinceMs: number } | null;
  /** The message in hand (or the start) takes longer than its limit. */
  readonly hung: boolean;
}

/** An actor and all below it, parents first, siblings in start order. */
export function nodesOf(cell: Cell, nowMs: number): TreeNode[] {
  const { life } = cell;
  const inHand = life?.inHand;
  const node: TreeNode = {
    path: cell.path,
    status: cell.status,
    mailbox: cell.mailbox.length,
    restarts: cell.restarts,
    incarnation: life?.number ?? 0,
    messageInHand:
      inHand === undefined || life === undefined
        ? null
        : { type: typeOf(inHand.message), sinceMs: nowMs - life.inHandSinceMs },
    hung: life?.hung ?? false,
  };
  const children = cell.supervisor?.children() ?? [];
  return [node, ...children.flatMap((child) => nodesOf(child, nowMs))];
}

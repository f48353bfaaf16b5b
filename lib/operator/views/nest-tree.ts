import type { TreeNode } from './trace-view.ts';

type FlatNode = Omit<TreeNode, 'children' | 'inHand'> & {
  readonly messageInHand: TreeNode['inHand'];
};

/** Makes a tree of actors listed parents first; `rootPath` stands for the daemon itself. */
export function nestTree(nodes: readonly FlatNode[], rootPath: string): TreeNode {
  const childrenOf = (path: string): TreeNode[] =>
    nodes
      .filter((node) => node.path.slice(0, node.path.lastIndexOf('/')) === path)
      .map(({ messageInHand, ...node }) => ({
        ...node,
        inHand: messageInHand,
        children: childrenOf(node.path),
      }));
  return {
    path: rootPath,
    status: 'running',
    mailbox: 0,
    restarts: 0,
    incarnation: 1,
    inHand: null,
    hung: false,
    children: childrenOf(rootPath),
  };
}

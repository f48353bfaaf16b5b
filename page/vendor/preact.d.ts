/** What the page uses of `htm/preact/standalone`: preact, its hooks and htm in one module. */
export interface VNode {
  readonly type: unknown;
}

export type Child = VNode | string | number | boolean | null | undefined | readonly Child[];

// oxlint-disable-next-line typescript/no-explicit-any -- whatever a component or an element takes
export declare function html(strings: TemplateStringsArray, ...values: any[]): VNode;
export declare function h(type: unknown, props: unknown, ...children: Child[]): VNode;
export declare function render(tree: VNode, parent: Element): void;
export declare function useState<T>(
  initial: T | (() => T),
): [T, (next: T | ((known: T) => T)) => void];
export declare function useEffect(
  run: () => (() => void) | void,
  inputs?: readonly unknown[],
): void;
export declare function useLayoutEffect(
  run: () => (() => void) | void,
  inputs?: readonly unknown[],
): void;
export declare function useRef<T>(initial: T): { current: T };
export declare function useMemo<T>(make: () => T, inputs: readonly unknown[]): T;
export declare function useErrorBoundary(
  onError?: (error: unknown) => void,
): [error: unknown, reset: () => void];

/** What the page uses of uplot. */
export default class UPlot {
  constructor(options: object, data: readonly (readonly (number | null)[])[], target: HTMLElement);
  setData(data: readonly (readonly (number | null)[])[]): void;
  setSize(size: { width: number; height: number }): void;
  destroy(): void;
}

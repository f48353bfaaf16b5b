/**
 * A callback for node, a timer or a parser. What `act` throws goes to `onThrow`, which ends the one thing that was
 * being served: thrown into node it would end the process, and everybody's requests with it.
 */
export function contained<A extends unknown[]>(
  act: (...args: A) => void,
  onThrow: (error: unknown) => void,
): (...args: A) => void {
  return (...args) => {
    try {
      act(...args);
    } catch (error) {
      onThrow(error);
    }
  };
}

/** Takes all steps, whatever single ones throw. For ending what has already failed once. */
export function takeAll(steps: readonly (() => void)[]): void {
  for (const step of steps) {
    try {
      step();
    } catch {
      // The failure that led here has been reported.
    }
  }
}

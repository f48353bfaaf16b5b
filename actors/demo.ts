import type { DemoOptions } from '../lib/cli/io.ts';

export function demo(_options: DemoOptions): Promise<number> {
  return Promise.resolve(1);
}

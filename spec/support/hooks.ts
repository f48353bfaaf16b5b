import type { Context } from 'mocha';
import { reportLeftovers, snapshotResources } from './leftovers.ts';
import { lengthenLimits } from './patience.ts';

let before: ReturnType<typeof snapshotResources>;

/**
 * Limits of time are lengthened for busy machines. Every spec file must leave no timer, socket, process or watcher
 * behind; the suite fails otherwise.
 */
export const mochaHooks = {
  beforeAll(this: Context): void {
    const root = this.test?.parent;
    if (root !== undefined) lengthenLimits(root);
    before = snapshotResources();
  },
  async afterAll(): Promise<void> {
    await reportLeftovers(before);
  },
};

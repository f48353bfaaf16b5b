import { reportLeftovers, snapshotResources } from './leftovers.ts';

let before: ReturnType<typeof snapshotResources>;

/** Every spec file must leave no timer, socket, process or watcher behind; the suite fails otherwise. */
export const mochaHooks = {
  beforeAll(): void {
    before = snapshotResources();
  },
  async afterAll(): Promise<void> {
    await reportLeftovers(before);
  },
};

import type { ControlHandlers } from '../../lib/operator/api/handlers.ts';
import { ViliDash } from '../../lib/operator/dash/vili-dash.ts';
import { askDeployment } from '../app/questions.ts';
import type { Services } from '../app/services.ts';
import type { DashDeps } from './dash-actor.ts';

/** As the Go program tried. */
const RETRY_MS = 30_000;
/** For the history. */
const AUTHOR = 'vili-dash';

/** What the dash actor works with; null unless `manualcontrol` and `manualcontrol_uri` are set. */
export function dashDeps(services: Services, handlers: ControlHandlers): DashDeps | null {
  const { settings, journal } = services;
  const { manualcontrol, manualcontrolUri, manualcontrolIntervalMs, identifier } = settings;
  if (!manualcontrol || manualcontrolUri === '') return null;
  const dash = new ViliDash(manualcontrolUri, identifier);
  return {
    register: async (signal) => {
      const { running, testing } = (await askDeployment(services)).deployment;
      const versions = {
        running: running?.release.name ?? null,
        testing: testing?.release.name ?? null,
      };
      return dash.register(versions, signal);
    },
    ask: (uid, signal) => dash.ask(uid, signal),
    act: async (wish) => {
      const request = { by: AUTHOR, reason: 'asked for by manualcontrol' };
      const { effect } =
        wish.action === 'deploy'
          ? await handlers.act('promote', request)
          : await handlers.act('restart', { ...request, role: wish.role });
      return effect;
    },
    intervalMs: manualcontrolIntervalMs,
    retryMs: Math.min(RETRY_MS, manualcontrolIntervalMs),
    journal,
  };
}

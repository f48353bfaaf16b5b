import { ConflictError, ViliError } from '../../../lib/errors.ts';
import { replayApart } from '../../../lib/evaluation/replaying/replay-apart.ts';
import type { ReplayRequest, ReplayView } from '../../../lib/operator/views/act-views.ts';
import { replayPlan } from '../evidence-views.ts';
import type { Services } from '../services.ts';

/** Samples that are sent again on request, one at a time: each is a few requests to the service. */
export class Replays {
  readonly #services: Services;
  #isBusy = false;

  constructor(services: Services) {
    this.#services = services;
  }

  /** Throws ConflictError while another one is sent, and when nobody is there to send it to. */
  async run({ by, sample: id, version, to = 'testing' }: ReplayRequest): Promise<ReplayView> {
    if (this.#isBusy) throw new ConflictError('another sample is being sent again; wait for it');
    this.#isBusy = true;
    try {
      const plan = await replayPlan(this.#services, version);
      const { running, testing, settings } = plan;
      const sample = plan.samples.find((one) => one.id === id);
      if (sample === undefined) {
        const text = `${plan.version} has no sample "${id}"`;
        throw new ViliError('VILI_NO_SAMPLE', text, { httpStatus: 404 });
      }
      if (running === null || plan[to] === null) {
        throw new ConflictError(`no ${running === null ? 'running' : to} version serves now`);
      }
      const { journal, addresses } = this.#services;
      const text = `${by} had sample ${id} (${sample.endpoint}) sent to ${to} again`;
      journal.notice(text, {});
      addresses.deployer.tell({ type: 'note', event: 'replayed', version: plan.version, text, by });
      const replayed = await replayApart({ sample, to, running, testing, settings });
      return { schema: 'vili.replay/1', version: plan.version, to, ...replayed };
    } finally {
      this.#isBusy = false;
    }
  }
}

import type { ActorEvent } from '../../lib/actor/index.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Journal } from '../../lib/journal/journal.ts';

/** An actor that fails so often in a row hardly recovers by itself: a person should look. */
const FAILURES_SERIOUS = 5;

/**
 * Writes what happens to actors into the log. Once Vili is stopping, a message that finds no actor is no news: proxy
 * and mirror outlive the actors and still report to them.
 */
export function logActorEvent(journal: Journal, event: ActorEvent, isStopping: boolean): void {
  switch (event.type) {
    case 'crashed':
    case 'stray-error':
    case 'stop-failed':
    case 'late':
      journal.error(`actor ${event.path}: ${event.type}: ${messageOf(event.error)}`, {
        error: event.error,
      });
      return;
    case 'gave-up':
      journal.crit(`actor ${event.path} gave up: ${messageOf(event.error)}`);
      return;
    case 'backoff': {
      const level = event.failures < FAILURES_SERIOUS ? 'info' : 'crit';
      const text = `actor ${event.path} failed ${event.failures} times in a row`;
      journal[level](`${text}, starts again in ${Math.round(event.delayMs)} ms`);
      return;
    }
    case 'restarted':
      journal.info(`actor ${event.path} has restarted`);
      return;
    case 'hung':
      journal.error(
        `actor ${event.path} handles ${event.messageType} for over ${event.limitMs} ms`,
      );
      return;
    case 'abandoned':
      journal.error(`actor ${event.path} was abandoned: ${event.what}`);
      return;
    case 'dead-letter':
      if (isStopping && event.reason === 'no-actor') return;
      journal.warn(`message ${event.messageType} to ${event.path} was lost: ${event.reason}`);
      return;
    case 'dead-letters':
      journal.warn(`${event.count} more messages to ${event.path} were lost`);
  }
}

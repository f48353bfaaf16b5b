import type { StatusView } from '../../lib/operator/views/status-view.ts';
import { counted, percentDone } from '../../lib/text/numbers.ts';
import type { Tone } from '../parts/basic.ts';
import { age, sentence } from './show.ts';

/** The state of everything in one word and one sentence, and which colour that is. */
export interface Headline {
  readonly tone: Tone;
  readonly word: string;
  readonly text: string;
}

/** What matters most comes first: users without a service, then people's acts, then the test. */
export function headlineOf(status: StatusView): Headline {
  const { outage, rollback, paused, waits, phase, steps } = status;
  if (outage) return { tone: 'bad', word: 'Users are not served', text: sentence(outage.text) };
  if (rollback) {
    const text = `Users go back to ${rollback.version}, as ${rollback.by} asked: ${rollback.phase}`;
    return { tone: 'careful', word: 'Going back', text: sentence(text) };
  }
  if (phase === 'stopping')
    return { tone: 'careful', word: 'Stopping', text: 'Vili is being stopped.' };
  if (phase === 'promoting') {
    const text = `${status.testing?.version ?? 'The new version'} takes over the users`;
    return { tone: 'info', word: 'Promoting', text: sentence(text) };
  }
  if (waits) return { tone: 'good', word: 'May go live', text: sentence(waits.text) };
  const tested = ofTest(status);
  if (tested !== null) {
    const pause = paused ? ` ${sentence(`paused by ${paused.by}: nothing happens by itself`)}` : '';
    return { ...tested, text: tested.text + pause };
  }
  if (paused) {
    const why = paused.reason === undefined ? '' : ` (${paused.reason})`;
    const text = `Paused by ${paused.by}${why}: nothing is promoted or rejected by itself`;
    return { tone: 'careful', word: 'Paused', text: sentence(text) };
  }
  if (steps) {
    return {
      tone: 'info',
      word: 'In steps',
      text: sentence(`${steps.version} has a share of the users`),
    };
  }
  return ofRest(status);
}

// Private

function ofTest({ verdict, testing, phase }: StatusView): Headline | null {
  if (testing === null || phase === 'probation') return null;
  const { version } = testing;
  if (verdict === null || verdict.version !== version) {
    return {
      tone: 'info',
      word: 'Starting a test',
      text: sentence(`${version} gets ready to be tested`),
    };
  }
  const { decision, reasons, progress, pairs } = verdict;
  const [first] = reasons;
  const because = first === undefined ? '' : ` ${sentence(first.text)}`;
  if (decision === 'promote') {
    return {
      tone: 'good',
      word: 'May go live',
      text: `${sentence(`${version} is no worse than running`)}${because}`,
    };
  }
  if (decision === 'reject') {
    return {
      tone: 'bad',
      word: 'Should not go live',
      text: `${sentence(`${version} is worse than running`)}${because}`,
    };
  }
  if (decision === 'inconclusive') {
    return {
      tone: 'careful',
      word: 'Inconclusive',
      text: `${sentence(`Nothing is proven about ${version}`)}${because}`,
    };
  }
  if (first !== undefined) return { tone: 'careful', word: 'On hold', text: sentence(first.text) };
  const what = `${version} is being tested: ${percentDone(progress)} of the evidence, ${counted(pairs, 'pair')} compared, nothing against it so far`;
  return { tone: 'info', word: 'Testing', text: sentence(what) };
}

function ofRest({ running, phase, probation }: StatusView): Headline {
  if (running === null) {
    return { tone: 'bad', word: 'Nothing is running', text: 'There is no version to serve users.' };
  }
  const { version, state } = running;
  if (phase === 'starting') {
    return { tone: 'careful', word: 'Starting', text: sentence(`${version} is being started`) };
  }
  if (state !== 'ready') {
    return { tone: 'bad', word: `Running is ${state}`, text: sentence(running.problem ?? version) };
  }
  if (phase === 'probation') {
    const text = `${version} serves users since its promotion; users go back by themselves if it turns out bad`;
    return { tone: 'good', word: probation ? 'On probation' : 'Promoted', text: sentence(text) };
  }
  return {
    tone: 'good',
    word: 'All is well',
    text: sentence(`${version} serves users, and nothing is under test`),
  };
}

/** How long the rest will take at today's traffic; null where that cannot be told. */
export function timeLeft({ verdict }: StatusView): string | null {
  if (verdict === null || verdict.decision !== 'collecting' || verdict.reasons.length > 0)
    return null;
  const { leftMs = null, never = null } = verdict.estimate ?? {};
  if (never !== null) return `never at this traffic: ${never}`;
  return leftMs === null ? null : `about ${age(leftMs)} left at today's traffic`;
}

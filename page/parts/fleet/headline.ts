import type { FleetReport } from '../../../lib/operator/views/fleet-view.ts';
import { counted, percentDone } from '../../../lib/text/numbers.ts';
import type { Headline } from '../../text/headline.ts';
import { sentence } from '../../text/show.ts';

type Rollout = NonNullable<FleetReport['rollout']>;

/** The state of the fleet in one word and one sentence: what keeps it from going on comes first. */
export function fleetHeadline(report: FleetReport): Headline {
  const { engine, hold, rollout, leader } = report;
  if (engine.problem !== null) {
    const text = `this host serves, tests and rejects as ever, and nothing is promoted by itself until etcd is back: ${engine.problem}`;
    return { tone: 'bad', word: 'etcd is gone', text: sentence(text) };
  }
  if (hold !== null) {
    const why = hold.reason === '' ? '' : ` (${hold.reason})`;
    const text = `paused by ${hold.by}${why}: no host is promoted by itself until somebody resumes`;
    return { tone: 'careful', word: 'Paused', text: sentence(text) };
  }
  if (rollout === null || isOver(rollout)) return ofRest(report);
  if (rollout.heldBy !== null) {
    const text = `Since ${rollout.heldBy} rejected ${rollout.version}, no further host goes until somebody resumes or rejects it`;
    return { tone: 'bad', word: 'Held', text: sentence(text) };
  }
  if (leader === null) {
    const text = `No host leads, and ${rollout.version} goes no further until one does`;
    return { tone: 'careful', word: 'Nobody leads', text: sentence(text) };
  }
  if (rollout.quorum !== null) {
    return { tone: 'careful', word: 'Waits for hosts', text: sentence(rollout.quorum) };
  }
  return ofRollout(rollout, report);
}

// Private

function isOver({ phase }: Rollout): boolean {
  return phase === 'done' || phase === 'rejected' || phase === 'stopped';
}

function ofRollout(rollout: Rollout, { hosts, verdict }: FleetReport): Headline {
  const { version, phase, wave, waves, gone, settled } = rollout;
  if (phase === 'waves') {
    const word = `Wave ${wave} of ${waves.length}`;
    const text = `${version} is on its way: ${counted(gone, 'host')} told to go, ${settled} past probation`;
    return { tone: 'info', word, text: sentence(text) };
  }
  const testers = hosts.filter(({ testing }) => testing === version).length;
  const sum =
    verdict === null
      ? ''
      : `: ${percentDone(verdict.progress)} of the evidence, ${counted(verdict.pairs, 'pair')} of all hosts together`;
  const text = `${version} is tested on ${testers} of ${counted(hosts.length, 'host')}${sum}`;
  return { tone: 'info', word: 'Collecting evidence', text: sentence(text) };
}

function ofRest({ rollout, hosts }: FleetReport): Headline {
  const here = hosts.filter(({ state }) => state !== 'away').length;
  if (rollout === null) {
    const text = `${counted(here, 'host')} there, and no version is on its way`;
    return { tone: 'good', word: 'All is well', text: sentence(text) };
  }
  const { version, phase, reasons } = rollout;
  const why = reasons[0] === undefined ? '' : `: ${reasons[0]}`;
  if (phase === 'done') {
    const count = hosts.filter(({ running }) => running === version).length;
    const text = `${version} runs on ${count} of ${counted(hosts.length, 'host')}`;
    return { tone: 'good', word: 'Done', text: sentence(text) };
  }
  if (phase === 'rejected') {
    return { tone: 'bad', word: 'Rejected', text: sentence(`${version} is rejected${why}`) };
  }
  const text = `the rollout of ${version} is stopped${why}`;
  return { tone: 'bad', word: 'Stopped', text: sentence(text) };
}

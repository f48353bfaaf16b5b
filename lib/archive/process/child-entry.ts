/** Entry of a process that archives or restores one version for Vili, and ends with it. */
import { layoutOf } from '../../base/names/layout.ts';
import { codeOf, messageOf } from '../../errors.ts';
import { becomeChild } from '../../runtime/child-entry.ts';
import { archiveVersion } from '../archive-version.ts';
import { restoreArchived } from '../restore-archived.ts';
import type { FromArchiving, ToArchiving } from './protocol.ts';

// Anything half-written when Vili ends is removed at the next start, as after any death of Vili.
becomeChild('vili: archive');
let reply: (may: boolean) => void = () => {};
process.on('message', (message: ToArchiving) => {
  if (message.type === 'may-delete') reply(message.may);
  else void end(message.type === 'archive' ? archive(message) : restore(message));
});

// Private

async function end(work: Promise<FromArchiving>): Promise<void> {
  try {
    await send(await work);
  } catch (error) {
    const code = codeOf(error) ?? 'VILI_ARCHIVE_FAILED';
    await send({ type: 'failed', code, text: messageOf(error) });
  }
  process.exit(0);
}

async function archive(job: Extract<ToArchiving, { type: 'archive' }>): Promise<FromArchiving> {
  const { base, identifier, name, level } = job;
  const options = {
    layout: layoutOf(base, identifier),
    name,
    mayDelete,
    signal: new AbortController().signal,
    ...(level === undefined ? {} : { level }),
  };
  return { type: 'done', outcome: await archiveVersion(options) };
}

async function restore(job: Extract<ToArchiving, { type: 'restore' }>): Promise<FromArchiving> {
  const { base, identifier, name, below } = job;
  const layout = layoutOf(base, identifier);
  return { type: 'restored', restored: await restoreArchived({ layout, name, below }) };
}

function mayDelete(): Promise<boolean> {
  return new Promise((resolve) => {
    reply = resolve;
    void send({ type: 'may-delete' });
  });
}

/** Resolves when the message is on its way. */
function send(message: FromArchiving): Promise<void> {
  return new Promise((resolve) => {
    process.send?.(message, undefined, undefined, () => resolve());
  });
}

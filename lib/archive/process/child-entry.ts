/** Entry of a process that archives one version for Vili, and ends with it. */
import { layoutOf } from '../../base/names/layout.ts';
import { codeOf, messageOf } from '../../errors.ts';
import { becomeChild } from '../../runtime/child-entry.ts';
import { archiveVersion } from '../archive-version.ts';
import type { FromArchiving, ToArchiving } from './protocol.ts';

// Anything half-written when Vili ends is removed at the next start, as after any death of Vili.
becomeChild('vili: archive');
let reply: (may: boolean) => void = () => {};
process.on('message', (message: ToArchiving) => {
  if (message.type === 'may-delete') reply(message.may);
  else void archive(message);
});

// Private

async function archive(job: Extract<ToArchiving, { type: 'archive' }>): Promise<void> {
  const { base, identifier, name, level } = job;
  const options = {
    layout: layoutOf(base, identifier),
    name,
    mayDelete,
    signal: new AbortController().signal,
    ...(level === undefined ? {} : { level }),
  };
  try {
    await send({ type: 'done', outcome: await archiveVersion(options) });
  } catch (error) {
    const code = codeOf(error) ?? 'VILI_ARCHIVE_FAILED';
    await send({ type: 'failed', code, text: messageOf(error) });
  }
  process.exit(0);
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

import type { Channel } from './announcement.ts';
import { cloudEventOf } from './cloud-event.ts';
import { pipeInto } from './piped.ts';

/** Runs a command by the shell, in the base folder, with the CloudEvent on its standard input. */
export function command(line: string, folder: string): Channel {
  return {
    name: 'command',
    send: (announcement, signal) =>
      pipeInto(
        {
          program: '/bin/sh',
          words: ['-c', line],
          folder,
          input: `${cloudEventOf(announcement)}\n`,
          code: 'VILI_NOTIFY_COMMAND',
        },
        signal,
      ),
  };
}

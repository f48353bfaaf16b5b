import { codeOf } from '../errors.ts';
import { type RecordsClient, recordsClient } from '../operator/client/records-client.ts';
import type { CommandContext } from './command.ts';

/** Where a command has its data from; `origin` is where users are served, null for the daemon's own. */
export interface Source {
  readonly client: RecordsClient;
  readonly origin: string | null;
}

/**
 * Asks the daemon. While none runs here, the same is asked of the files that it left, and a person is
 * told so. Throws what the daemon throws, and `VILI_DAEMON_UNREACHABLE` when no daemon ever ran here.
 */
export async function askOrRead<T>(
  { client, actions, base, printer }: CommandContext,
  ask: (source: Source) => Promise<T>,
): Promise<T> {
  try {
    return await ask({ client, origin: null });
  } catch (error) {
    if (codeOf(error) !== 'VILI_DAEMON_UNREACHABLE') throw error;
    const records = await actions.records(base);
    if (records === null) throw error;
    const answer = await ask({ client: recordsClient(records), origin: records.origin });
    printer.talk('no daemon runs here: this is from its files');
    return answer;
  }
}

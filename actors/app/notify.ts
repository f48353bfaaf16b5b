import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { loadSettings } from '../../config/load.ts';
import type { NotifyOptions } from '../../lib/cli/terminal/io.ts';
import { EXIT, messageOf } from '../../lib/errors.ts';
import { reasonOf } from '../../lib/model/reason.ts';
import { announcementOf, type Channel } from '../../lib/notify/announcement.ts';
import { channelsOf } from '../../lib/notify/channels.ts';

const NONE = 'nobody is notified: set slack.webhook, webhook.url, notify.command or mail.to';

interface Tried {
  readonly channel: string;
  /** Null: it was sent. */
  readonly problem: string | null;
}

/** `vili notify`: who is told; with `--test` each channel gets one message, sent from here: no daemon is needed. */
export async function notify(options: NotifyOptions, signal: AbortSignal): Promise<number> {
  const { base, settings: flags, test, json, by } = options;
  const { settings } = loadSettings({ base, flags, environment: process.env });
  const channels = channelsOf(settings);
  if (!test) {
    const names = channels.map(({ name }) => name);
    print(json, { schema: 'vili.notify/1', channels: names }, names.length === 0 ? [NONE] : names);
    return EXIT.ok;
  }
  const announcement = announcementOf(
    { event: 'test', version: '', running: null, reasons: [reasonOf('test', `Sent by ${by}.`)] },
    { host: hostname(), identifier: settings.identifier, nowMs: Date.now(), id: randomUUID() },
  );
  const send = async (channel: Channel): Promise<Tried> => {
    if (announcement === null) throw new Error('a test has no text');
    const problem = await channel.send(announcement, signal).then(() => null, messageOf);
    return { channel: channel.name, problem };
  };
  const tried = await Promise.all(channels.map(send));
  const lines = tried.map(({ channel, problem }) =>
    problem === null ? `sent     ${channel}` : `FAILED   ${channel}: ${problem}`,
  );
  print(json, { schema: 'vili.notify/1', tried }, lines.length === 0 ? [NONE] : lines);
  if (channels.length === 0) return EXIT.usage;
  return tried.some(({ problem }) => problem !== null) ? EXIT.internal : EXIT.ok;
}

// Private

function print(json: boolean, value: object, lines: readonly string[]): void {
  process.stdout.write(`${json ? JSON.stringify(value, null, 2) : lines.join('\n')}\n`);
}

import { listOf, mailAddress, text, webAddress } from '../formats.ts';
import { setting, withoutDefault } from './setting.ts';

/** Who is told what happens to a version. */
export const notify = {
  slack: {
    webhook: withoutDefault(
      webAddress,
      '',
      'The incoming webhook of a Slack channel that is told what happens to versions. Whoever knows it can write there.',
      { sensitive: true, reload: 'at once' },
    ),
  },
  webhook: {
    url: withoutDefault(
      webAddress,
      '',
      'An address that gets each notification as a CloudEvent 1.0 in JSON, by POST.',
      { sensitive: true, reload: 'at once' },
    ),
    secret: withoutDefault(
      text,
      '',
      'The key by which what goes to `webhook.url` is signed: `Vili-Signature: t=SECONDS,v1=HMAC-SHA256 of SECONDS.BODY`.',
      { sensitive: true, reload: 'at once' },
    ),
  },
  notify: {
    command: setting(
      text,
      '',
      'A command line for `/bin/sh`, run in the base folder with the CloudEvent on its standard input, for 10 s at most.',
      { reload: 'at once' },
    ),
  },
  mail: {
    to: setting(
      listOf(mailAddress),
      'none',
      'Who is told by e-mail what happens to versions. The host must be able to send mail.',
      { reload: 'at once' },
    ),
    from: setting(
      text,
      '',
      "The sender of these messages: an address, or a name and `<address>`. Without one, Vili's account on the host.",
      { reload: 'at once' },
    ),
    sendmail: setting(
      text,
      '/usr/sbin/sendmail',
      'The program that takes a message on its standard input and the receivers as arguments.',
      { reload: 'at once' },
    ),
  },
};

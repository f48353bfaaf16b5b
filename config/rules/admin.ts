import { isLoopback, splitAddress } from '../formats.ts';
import type { SchemaSettings } from '../schema.ts';
import { type Finding, problemIf, warningIf } from './finding.ts';

/** A shorter token can be guessed. */
const TOKEN_MIN_CHARACTERS = 16;

/** Who may reach the control API over TCP, and how. */
export function adminRules({ admin, port }: SchemaSettings): Finding[] {
  const { listen, token, cert, key } = admin;
  const { host = '', port: own = 0 } = (listen === null ? null : splitAddress(listen)) ?? {};
  const isOpen = listen !== null && !isLoopback(host);
  return [
    ...problemIf(
      isOpen && token === '',
      'admin.listen',
      'can be reached from other hosts, which needs admin.token; or take 127.0.0.1',
    ),
    ...problemIf(
      token !== '' && !/^[\x21-\x7e]+$/.test(token),
      'admin.token',
      'has a space or a character that no header can carry',
    ),
    ...problemIf(
      token !== '' && token.length < TOKEN_MIN_CHARACTERS,
      'admin.token',
      `is shorter than ${TOKEN_MIN_CHARACTERS} characters and can be guessed`,
    ),
    ...problemIf((cert === '') !== (key === ''), 'admin.cert', 'and admin.key need each other'),
    ...problemIf(own === port && port !== 0, 'admin.listen', "has the users' port, {port}"),
    ...warningIf(
      isOpen && token !== '' && cert === '',
      'admin.listen',
      'sends the token in the clear: set admin.cert and admin.key, or keep it behind a proxy with TLS',
    ),
    ...warningIf(
      listen === null && token !== '',
      'admin.token',
      'has no effect without admin.listen',
    ),
  ];
}

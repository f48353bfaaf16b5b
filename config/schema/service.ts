import {
  fileName,
  flag,
  host,
  identifier,
  launchCommands,
  listOf,
  oneOf,
  path,
  port,
  portRange,
  text,
  variableName,
} from '../formats.ts';
import { setting, withoutDefault } from './setting.ts';

/** The service: what it is, where it listens, and how it is started. */
export const service = {
  port: withoutDefault(port, 0, "The users' port, on which Vili itself listens.", {
    required: true,
  }),
  host: setting(
    host,
    '0.0.0.0',
    'The address on which Vili listens for users: `127.0.0.1` behind a proxy on this host.',
  ),
  identifier: withoutDefault(
    identifier,
    '',
    'The name of the server file without its version: `inventory` for `inventory-1.4.2.jar`.',
    { required: true, aliases: ['identity'] },
  ),
  scheme: setting(
    oneOf(['http', 'https']),
    'http',
    'How Vili speaks to the started service: for users, copies, probes and replays alike. With `https` its ' +
      'certificate is checked, see `servlet.ca`. How users speak to Vili is another matter: `tls.cert`.',
  ),
  servlet: {
    ca: setting(
      path,
      '',
      'With `scheme=https`: a PEM file with the authorities that may have signed the certificate of the service, ' +
        'or that certificate itself if it signed itself. Without one, those count that Node.js trusts. The ' +
        'certificate must be for the host in `endpoint`.',
    ),
    insecure: setting(
      flag,
      'false',
      'With `scheme=https`: the certificate of the service is not checked at all. Only where `endpoint` is a ' +
        'loopback address; `servlet.ca` is the better way.',
    ),
  },
  endpoint: setting(
    host,
    'localhost',
    'The host on which the started service listens, as seen from Vili: a name or an address.',
  ),
  port_range: setting(
    portRange,
    '9400-9500',
    'The ports given to the service, both ends included. A port is used only after a bind test. ' +
      'At most four are in use at once: running, previous, and two of testing.',
  ),
  properties_file_name: setting(
    fileName,
    '',
    'A file in base that is copied into each instance folder, with its port line replaced. ' +
      'Without one, a jar gets `-D<port_identifier>=<port>` instead.',
  ),
  port_identifier: setting(
    text,
    'server.port',
    'The key of the port in `properties_file_name`, or of the `-D` argument.',
  ),
  launch: setting(
    launchCommands,
    'none',
    'How files with other extensions are started; `{file} {port} {instance} {base}` are filled in. ' +
      'In text, words are separated by spaces; write a list in yaml for a word with a space in it.',
  ),
  pass_environment: setting(
    listOf(variableName),
    'none',
    "Variables of Vili's own environment that the service inherits; a `*` at the end of a name matches " +
      'any rest, alone it matches all. It always gets `PATH HOME USER LANG TZ JAVA_HOME` and the like, ' +
      '`PORT`, `VILI_ROLE` and `VILI_TEST`.',
  ),
};

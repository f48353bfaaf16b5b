import { duration, flag, text, webAddress } from '../formats.ts';
import { setting, withoutDefault } from './setting.ts';

/** Keys of the Go program that are not listed elsewhere. They stay valid forever. */
export const legacy = {
  log_file: setting(
    text,
    '',
    'Known only so that a `.env` with it stays valid: the Go program did not read it either.',
    {
      superseded: 'log_dir',
    },
  ),
  manualcontrol: setting(
    flag,
    'false',
    'Ask the dashboard of the Go program (vili-dash) at `manualcontrol_uri` what to do: `deploy` promotes the version ' +
      'under test, `restart` gives running or testing a fresh process. Each is recorded as an act of `vili-dash`.',
  ),
  manualcontrol_uri: setting(
    webAddress,
    '',
    'The address of that dashboard; the Go program had one built in. Whoever responds there decides what goes live.',
  ),
  manualcontrol_interval: setting(
    duration,
    '60s',
    'How often the dashboard is asked. Raising it delays what it wants.',
    { min: '100ms', max: '1h' },
  ),
  slack_channel: setting(text, '', 'The Slack channel that receives notifications.', {
    reload: 'at once',
  }),
  entraos_api_uri: setting(webAddress, '', 'The Entraos API that delivers Slack messages.', {
    reload: 'at once',
  }),
  whydah_uri: setting(webAddress, '', 'The Whydah server that issues the token for it.', {
    reload: 'at once',
  }),
  whydah_application_id: setting(text, '', 'The application id of Vili at Whydah.', {
    reload: 'at once',
  }),
  whydah_application_name: setting(text, '', 'The application name of Vili at Whydah.', {
    reload: 'at once',
  }),
  whydah_application_secret: withoutDefault(text, '', 'The application secret of Vili at Whydah.', {
    sensitive: true,
    reload: 'at once',
  }),
  app_icon: setting(text, '', 'The icon at the start of each Slack message.', {
    aliases: ['appIcon'],
    reload: 'at once',
  }),
  env_icon: setting(text, '', 'The icon of the environment in each Slack message.', {
    aliases: ['envIcon'],
    reload: 'at once',
  }),
  env: setting(text, '', 'The name of the environment in each Slack message.', {
    reload: 'at once',
  }),
};

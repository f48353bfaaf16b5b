import { flag, text, webAddress } from '../formats.ts';
import { setting, withoutDefault } from './setting.ts';

/** Keys of the Go program that are not listed elsewhere. They stay valid forever. */
export const legacy = {
  log_file: setting(text, '', 'Accepted for compatibility with old `.env` files; ignored.', {
    superseded: 'log_dir',
  }),
  manualcontrol: setting(
    flag,
    'false',
    'Accepted for compatibility with old `.env` files; ignored. See `vili promote` and `vili reject`.',
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

import { flag, text, webAddress } from '../formats.ts';
import { setting, withoutDefault } from './setting.ts';

/** Keys of the Go program that are not listed elsewhere. They stay valid for ever. */
export const legacy = {
  log_file: setting(text, '', 'Taken for old `.env` files and not used.', {
    superseded: 'log_dir',
  }),
  manualcontrol: setting(
    flag,
    'false',
    'Taken for old `.env` files and not used: see `vili promote` and `vili reject`.',
  ),
  slack_channel: setting(text, '', 'The Slack channel that is told what happens.'),
  entraos_api_uri: setting(webAddress, '', 'Where Slack messages are handed in.'),
  whydah_uri: setting(webAddress, '', 'The Whydah server that gives the token for it.'),
  whydah_application_id: setting(text, '', 'Who Vili is for Whydah.'),
  whydah_application_name: setting(text, '', 'The name of Vili for Whydah.'),
  whydah_application_secret: withoutDefault(text, '', 'The secret of Vili for Whydah.', {
    sensitive: true,
  }),
  app_icon: setting(text, '', 'The icon before each Slack message.', { aliases: ['appIcon'] }),
  env_icon: setting(text, '', 'The icon of the environment in each Slack message.', {
    aliases: ['envIcon'],
  }),
  env: setting(text, '', 'The name of the environment in each Slack message.'),
};

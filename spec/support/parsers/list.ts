import { CONTENT_PARSERS } from './content.ts';
import { CONTROL_PARSERS } from './control.ts';
import { FILE_PARSERS } from './files.ts';
import { FLEET_PARSERS } from './fleet.ts';
import { HTTP_PARSERS } from './http.ts';
import { LOG_PARSERS } from './logs.ts';
import { NAME_PARSERS } from './names.ts';
import type { AnyParser } from './parser.ts';
import { RECORD_PARSERS } from './records.ts';
import { SERIES_PARSERS } from './series.ts';
import { SETTING_PARSERS } from './settings.ts';
import { USER_PARSERS } from './users.ts';

/** Every parser of what comes from outside: `npm run soak:parsers` and `npm test` run the same. */
export const PARSERS: ReadonlyMap<string, AnyParser> = new Map<string, AnyParser>(
  Object.entries({
    ...NAME_PARSERS,
    ...SETTING_PARSERS,
    ...LOG_PARSERS,
    ...HTTP_PARSERS,
    ...CONTENT_PARSERS,
    ...RECORD_PARSERS,
    ...USER_PARSERS,
    ...CONTROL_PARSERS,
    ...FILE_PARSERS,
    ...SERIES_PARSERS,
    ...FLEET_PARSERS,
  }),
);

import { parseWindow, type WeeklyWindow } from '../../lib/model/calendar/window.ts';
import { type Format, FormatError, textOf } from './format.ts';

/** When something may happen; null is `none`: at any time. */
export const weeklyWindow: Format<WeeklyWindow | null> = {
  name: 'window',
  example:
    'Mon-Thu 08:00-16:00 Europe/Oslo; Mon-Thu 08:00-16:00, Fri 08:00-12:00; daily 22:00-04:00; none',
  parse(raw) {
    const text = textOf(raw);
    if (text.toLowerCase() === 'none') return null;
    const window = parseWindow(text);
    if (typeof window === 'string') throw new FormatError(window);
    return window;
  },
  holds: (value) => value === null || (typeof value === 'object' && 'spans' in value),
};

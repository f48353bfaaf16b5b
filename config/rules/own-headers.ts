/** Headers that frame a message or belong to one connection. */
export const FRAMING_HEADERS = [
  'connection',
  'content-length',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'keep-alive',
  'expect',
];
/** Headers that a request needs for itself: a mark of Vili in one of them would break every request. */
export const OWN_HEADERS = [
  ...FRAMING_HEADERS,
  'host',
  'content-type',
  'authorization',
  'cookie',
  'x-request-id',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'forwarded',
];

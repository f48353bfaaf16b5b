/** The header that holds the daemon's token is named after the one that marks a copy. */
export const TOKEN_SUFFIX = '-Token';

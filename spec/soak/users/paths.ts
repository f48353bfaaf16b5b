/** What the service of this soak has. */
export const SMALL_PATH = '/small';
export const SMALL_BYTES = 500;
export const MEDIUM_PATH = '/medium';
export const LARGE_PATH = '/large';

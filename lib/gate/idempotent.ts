const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

/** Whether sending the request twice does what sending it once does (RFC 9110 section 9.2.2). */
export function isIdempotent(method: string): boolean {
  return METHODS.has(method);
}

/**
 * The file of that name, given without its suffix, beside the one that asks (its `import.meta.url`). The suffix is that
 * of the asking file: compiled code runs from `dist`, where names in URLs stay as they are.
 */
export function siblingModule(name: string, askedFrom: string): URL {
  const suffix = askedFrom.endsWith('.ts') ? '.ts' : '.js';
  return new URL(`${name}${suffix}`, askedFrom);
}

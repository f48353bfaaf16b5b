/**
 * The URL of module `name` (without a suffix), relative to the importing module's `import.meta.url`. The suffix is that of
 * the importing module: compiled code runs from `dist`, and the compiler does not rewrite names in URLs.
 */
export function siblingModule(name: string, importer: string): URL {
  const suffix = importer.endsWith('.ts') ? '.ts' : '.js';
  return new URL(`${name}${suffix}`, importer);
}

/** One version of the service as a file: what arrived, and the hash of its content. */
export interface Release {
  readonly fileName: string;
  /** Name of its version folder, `IDENTIFIER-<version>`. */
  readonly name: string;
  readonly version: string;
  readonly extension: string;
  /** SHA-256 of the content, hex. */
  readonly fingerprint: string;
}

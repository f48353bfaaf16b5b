const HEADER =
  '# This is a copied and modified propertie file.\n# Modifications are done by Vili\n';
const TEST_KEY = 'vili.test';

/** What an instance's copy of the properties file contains besides the user's lines. */
export interface InstanceProperties {
  readonly test: boolean;
  /** Key of the port, `server.port`; empty: no port line is written. */
  readonly portIdentifier: string;
  readonly port: number;
}

/** A logical line with its continuation lines and its line end, exactly as in the file. */
interface Line {
  readonly text: string;
  readonly key: string | null;
}

/**
 * The properties file of an instance: two comment lines and `vili.test` exactly as the Go program
 * wrote them, then the user's lines verbatim, with every line of the port's key replaced, or a line
 * appended. Lines of `vili.test` in the original are dropped, since in Java the last one counts.
 * Syntax as in java.util.Properties: `=`, `:` or a space after the key, `\` continues a line.
 */
export function instanceProperties(original: string, values: InstanceProperties): string {
  const { portIdentifier } = values;
  const portLine = `${portIdentifier}=${values.port}`;
  const lines = logicalLines(original).filter((line) => line.key !== TEST_KEY);
  let isReplaced = portIdentifier === '';
  let body = '';
  for (const line of lines) {
    const isPort = portIdentifier !== '' && line.key === portIdentifier;
    body += isPort ? portLine + lineEndOf(line.text) : line.text;
    isReplaced ||= isPort;
  }
  if (!isReplaced) body += `${separatorAfter(lines.at(-1))}${portLine}\n`;
  return `${HEADER}${TEST_KEY}=${values.test}\n${body}`;
}

// Private

function logicalLines(text: string): Line[] {
  const natural = text.match(/[^\r\n]+(?:\r\n|\r|\n)?|\r\n|\r|\n/g) ?? [];
  const lines: Line[] = [];
  for (let i = 0; i < natural.length; i += 1) {
    let line = natural[i] ?? '';
    const isData = !/^[ \t\f]*(?:[#!]|[\r\n]|$)/.test(line);
    if (isData) {
      while (i + 1 < natural.length && isContinued(natural[i] ?? '')) {
        i += 1;
        line += natural[i] ?? '';
      }
    }
    lines.push({ text: line, key: isData ? keyOf(line) : null });
  }
  return lines;
}

/** What has to stand between a line and one that is no part of it. */
function separatorAfter(line: Line | undefined): string {
  if (line === undefined) return '';
  // A file may end in the middle of a line, with a backslash: only an empty line ends that.
  const isOpen = line.key !== null && isContinued(line.text);
  const end = lineEndOf(line.text);
  // Behind a carriage return, a line feed alone would belong to the same line end.
  return (end === '' || (isOpen && end === '\r') ? '\n' : '') + (isOpen ? '\n' : '');
}

/** An odd number of backslashes before the line end. */
function isContinued(line: string): boolean {
  const slashes = /(?<!\\)(\\+)(?:\r\n|\r|\n)?$/.exec(line)?.[1] ?? '';
  return slashes.length % 2 === 1;
}

function keyOf(line: string): string {
  // From left to right: a backslash that is escaped itself continues no line.
  const joined = line
    .replace(/\\(?:(?:\r\n|\r|\n)[ \t\f]*|([^]))/g, (all, escaped) =>
      escaped === undefined ? '' : all,
    )
    .replace(/^[ \t\f]+/, '');
  const raw = /^(?:\\[^]|[^\\=: \t\f\r\n])*/.exec(joined)?.[0] ?? '';
  return raw.replace(/\\([^])/g, '$1');
}

function lineEndOf(line: string): string {
  return /(?:\r\n|\r|\n)?$/.exec(line)?.[0] ?? '';
}

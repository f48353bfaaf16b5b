/** Text in a manual page: what roff would read as a command of its own is written as a character. */
export function roffText(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .split('\n')
    .map((line) => (/^[.']/.test(line) ? `\\&${line}` : line))
    .join('\n');
}

/** The same in bold, for names that are typed as they are. */
export function roffBold(text: string): string {
  return `\\fB${roffText(text)}\\fR`;
}

/** An entry of a list: what it is, and below it what it means. */
export function roffEntry(head: string, texts: readonly string[]): readonly string[] {
  return ['.TP', head, ...texts.filter((text) => text !== '')];
}

/** Lines that stay as they are, such as an example. */
export function roffLiteral(lines: readonly string[]): readonly string[] {
  return ['.PP', '.nf', '.RS', ...lines.map(roffText), '.RE', '.fi'];
}

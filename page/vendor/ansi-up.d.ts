/** What the page uses of ansi_up: its reader of escape sequences, not the markup it makes. */
interface AnsiColor {
  readonly class_name: string;
}

export interface AnsiFragment {
  readonly text: string;
  readonly bold: boolean;
  readonly faint: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly fg: AnsiColor | null;
  readonly bg: AnsiColor | null;
}

export declare class AnsiUp {
  use_classes: boolean;
  ansi_to_html(text: string): string;
}

import { stripVTControlCharacters } from "node:util";

/** The part of a terminal that is written to. */
export interface Terminal {
  readonly columns?: number;
  write(text: string): unknown;
}

const UP = (rows: number) => (rows > 0 ? `\x1b[${rows}A` : "");
const CLEAR_LINE = "\x1b[2K";
const CLEAR_BELOW = "\x1b[J";

/**
 * A block of lines at the end of a terminal, refreshed in place. Only lines that changed are written again: a line that
 * somebody is about to copy stays untouched, and with it the selection.
 */
export class Screen {
  readonly #terminal: Terminal;
  #drawn: readonly string[] = [];
  #columns = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  draw(lines: readonly string[]): void {
    const columns = this.#terminal.columns ?? 80;
    const sameShape =
      columns === this.#columns &&
      lines.length === this.#drawn.length &&
      lines.every((line, i) => rowsOf([line], columns) === rowsOf([this.#drawn[i] ?? ""], columns));
    this.#terminal.write(sameShape ? this.#changes(lines, columns) : this.#whole(lines));
    this.#drawn = [...lines];
    this.#columns = columns;
  }

  #whole(lines: readonly string[]): string {
    return `${UP(rowsOf(this.#drawn, this.#columns))}\r${CLEAR_BELOW}${lines.map((line) => `${line}\n`).join("")}`;
  }

  #changes(lines: readonly string[], columns: number): string {
    let output = "";
    for (const [i, line] of lines.entries()) {
      if (line === this.#drawn[i]) continue;
      const below = rowsOf(lines.slice(i), columns);
      const rows = rowsOf([line], columns);
      const clear = Array.from({ length: rows }, () => CLEAR_LINE).join("\x1b[1B");
      output += `${UP(below)}\r${clear}${UP(rows - 1)}\r${line}\n${"\x1b[1B".repeat(below - rows)}`;
    }
    return output;
  }
}

/** Rows that lines take: a terminal wraps what is longer than it is wide. */
export function rowsOf(lines: readonly string[], columns: number): number {
  const rows = (line: string) => Math.max(1, Math.ceil(stripVTControlCharacters(line).length / columns));
  return lines.reduce((sum, line) => sum + rows(line), 0);
}

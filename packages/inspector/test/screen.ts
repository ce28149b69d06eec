/** A small terminal: what the escape sequences that the live timeline uses do to a screen. */
import type { Terminal } from "../src/index.js";

interface Cursor {
  row: number;
  column: number;
}

/** Keeps what is on the screen, and what scrolled off its top. */
export class Screen implements Terminal {
  readonly isTTY: boolean = true;
  columns: number;
  rows: number;
  readonly scrolledOff: string[] = [];
  /** Everything that was written to it. */
  written = "";
  #lines: string[][];
  #cursor: Cursor = { row: 0, column: 0 };
  #saved: Cursor = { row: 0, column: 0 };
  #last: number;
  readonly #resizes = new Set<() => void>();

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.#last = rows - 1;
    this.#lines = Array.from({ length: rows }, () => []);
  }

  /** The lines on the screen, without what follows the last one. */
  get lines(): string[] {
    const lines = this.#lines.map((cells) =>
      Array.from(cells, (cell) => cell ?? " ")
        .join("")
        .trimEnd(),
    );
    while (lines.at(-1) === "") lines.pop();
    return lines;
  }

  on(_event: "resize", listener: () => void): void {
    this.#resizes.add(listener);
  }

  off(_event: "resize", listener: () => void): void {
    this.#resizes.delete(listener);
  }

  get listeners(): number {
    return this.#resizes.size;
  }

  /** Adds rows at the bottom, or at the top, as terminals do that bring back what has scrolled off. */
  grow(rows: number, where: "bottom" | "top"): void {
    for (let i = 0; i < rows; i++) {
      const above = where === "top" ? this.scrolledOff.pop() : undefined;
      if (above === undefined) this.#lines.push([]);
      else {
        this.#lines.unshift(Array.from(above));
        this.#cursor.row++;
      }
    }
    this.rows += rows;
    this.#last = this.rows - 1;
    for (const listener of this.#resizes) listener();
  }

  write(text: string): void {
    this.written += text;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what this reads
    for (const [token] of text.matchAll(/\u001b\[[\d;]*[A-Za-z]|\u001b[78D]|[^\u001b]/gu)) {
      if (token.startsWith("\u001b")) this.#control(token);
      else if (token === "\n") this.#newLine();
      else if (token === "\r") this.#cursor.column = 0;
      else this.#print(token);
    }
  }

  #print(character: string): void {
    if (this.#cursor.column === this.columns) this.#newLine();
    const line = this.#lines[this.#cursor.row] as string[];
    line[this.#cursor.column++] = character;
  }

  #newLine(): void {
    this.#cursor.column = 0;
    this.#down();
  }

  #down(): void {
    if (this.#cursor.row === this.#last) {
      const [top] = this.#lines.splice(0, 1);
      this.scrolledOff.push((top ?? []).join(""));
      this.#lines.splice(this.#last, 0, []);
    } else if (this.#cursor.row < this.rows - 1) this.#cursor.row++;
  }

  #control(token: string): void {
    const [first = 0, second = 0] = (/[\d;]+/.exec(token)?.[0] ?? "").split(";").map(Number);
    if (token === "\u001b7") this.#saved = { ...this.#cursor };
    else if (token === "\u001b8") this.#cursor = { ...this.#saved };
    else if (token === "\u001bD") this.#down();
    else if (token.endsWith("H")) this.#cursor = { row: first - 1, column: second - 1 };
    else if (token.endsWith("A")) this.#cursor.row = Math.max(0, this.#cursor.row - first);
    else if (token.endsWith("J")) {
      (this.#lines[this.#cursor.row] as string[]).splice(this.#cursor.column);
      for (let row = this.#cursor.row + 1; row < this.rows; row++) this.#lines[row] = [];
    } else if (token.endsWith("r")) {
      // Setting the scroll region moves the cursor to the top.
      this.#last = (second || this.rows) - 1;
      this.#cursor = { row: 0, column: 0 };
    } else if (token.endsWith("K")) this.#lines[this.#cursor.row] = [];
    else if (!token.endsWith("m"))
      throw new Error(`This terminal does not know ${JSON.stringify(token)}`);
  }
}

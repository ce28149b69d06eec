import { type Glyphs, paint, type Style } from "./glyphs.js";
import { widthOfCharacter } from "./text.js";

interface Cell {
  /** Empty for the second column of a wide character. */
  character: string;
  style: Style;
}

/** One line of cells, each of one column. */
export class Canvas {
  readonly #cells: Cell[];

  constructor(columns: number) {
    this.#cells = Array.from({ length: columns }, () => ({ character: " ", style: "plain" }));
  }

  /** Puts one character of one column into a cell. */
  set(column: number, character: string, style: Style): void {
    const cell = this.#cells[column];
    if (cell === undefined) return;
    cell.character = character;
    cell.style = style;
  }

  /** Writes a text from a column on; what does not fit is lost. */
  write(column: number, text: string, style: Style): void {
    let at = column;
    for (const character of text) {
      const width = widthOfCharacter(character);
      if (at + width > this.#cells.length) return;
      if (width === 0) continue;
      this.set(at, character, style);
      if (width === 2) this.set(at + 1, "", style);
      at += width;
    }
  }

  /** The line, without the spaces at its end. */
  toString(color: boolean): string {
    let line = "";
    let pending = "";
    let style: Style = "plain";
    for (const cell of this.#cells) {
      if (cell.style !== style) {
        line += paint(pending, style, color);
        pending = "";
        style = cell.style;
      }
      pending += cell.character;
    }
    if (style === "plain") pending = pending.trimEnd();
    return (line + paint(pending, style, color)).trimEnd();
  }
}

/** What a lane is drawn with. */
export interface Pen {
  readonly glyphs: Glyphs;
  readonly color: boolean;
}

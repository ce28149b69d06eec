/**
 * How far a number of downloads has come: one line that keeps up on a terminal, a line now and then
 * anywhere else.
 */

/** A terminal, or anything else that takes text. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** How many lines are written where a line cannot be written over. */
const LINES = 6;
const BAR_WIDTH = 30;
const START_OF_CLEARED_LINE = "\r\x1b[K";

/** Counts the files that came, and shows it. */
export class Progress {
  readonly #total: number;
  readonly #output: Output;
  #files = 0;
  #bytes = 0;
  /** How many files the last line of text told of. */
  #told = 0;

  constructor(total: number, output: Output) {
    this.#total = total;
    this.#output = output;
  }

  /** Counts one more file. */
  add(bytes: number): void {
    this.#files++;
    this.#bytes += bytes;
    if (this.#output.isTTY === true) {
      this.#output.write(`${START_OF_CLEARED_LINE}${this.#bar()} ${this.#figures()}`);
    } else if (this.#files % Math.ceil(this.#total / LINES) === 0) {
      this.#tell();
    }
  }

  /** Shows the last figures and leaves the line, so that others can write below it. */
  end(): void {
    if (this.#output.isTTY === true) this.#output.write("\n");
    else if (this.#told < this.#files) this.#tell();
  }

  #tell(): void {
    this.#told = this.#files;
    this.#output.write(`${this.#figures()}\n`);
  }

  #bar(): string {
    const filled = Math.round((this.#files / this.#total) * BAR_WIDTH);
    return `[${"#".repeat(filled)}${" ".repeat(BAR_WIDTH - filled)}]`;
  }

  #figures(): string {
    return `${this.#files} of ${this.#total} files, ${Math.round(this.#bytes / 1024)} KiB`;
  }
}

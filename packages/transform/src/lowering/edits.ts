import MagicString from "magic-string";

/**
 * The text being rewritten. A node's edits are made when its inner nodes have made theirs, so that what opens before a
 * node and what closes behind it nest as the nodes do.
 */
export class Edits {
  readonly #text: MagicString;
  readonly #code: string;

  constructor(code: string) {
    this.#code = code;
    this.#text = new MagicString(code);
  }

  /** Puts text before what begins at `at`, outside of all that was opened there. */
  open(at: number, text: string): void {
    this.#text.prependRight(at, text);
  }

  /** Puts text behind what ends at `at`, outside of all that was closed there. */
  close(at: number, text: string): void {
    this.#text.appendLeft(at, text);
  }

  /** Replaces text; what was opened or closed at its ends stays. */
  replace(start: number, end: number, text: string): void {
    if (start === end) this.open(start, text);
    else if (text === "") this.#text.remove(start, end);
    else this.#text.update(start, end, text);
  }

  /** Removes a word and the blanks behind it. */
  removeWord(start: number, length: number): void {
    let end = start + length;
    while (this.#code[end] === " ") end++;
    this.#text.remove(start, end);
  }

  /** Moves text to another place, before what begins there. */
  move(start: number, end: number, to: number): void {
    this.#text.move(start, end, to);
  }

  /** Puts text at the end of the file. */
  append(text: string): void {
    this.#text.append(text);
  }

  /** The text, and a map to where it comes from; undefined when nothing was changed. */
  result(filename: string): { code: string; map: string } | undefined {
    if (!this.#text.hasChanged()) return undefined;
    const map = this.#text.generateMap({
      source: filename,
      hires: "boundary",
      includeContent: true,
    });
    return { code: this.#text.toString(), map: map.toString() };
  }
}

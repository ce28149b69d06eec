/** Lines and columns of the offsets into a text. */
export class LineTable {
  readonly #starts: number[] = [0];

  constructor(text: string) {
    for (const { index } of text.matchAll(/\n|\r(?!\n)|[\u2028\u2029]/g)) {
      this.#starts.push(index + 1);
    }
  }

  /** The place of an offset: the line counts from one, the column from zero. */
  at(offset: number): [line: number, column: number] {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] as number) <= offset) low = middle;
      else high = middle;
    }
    return [low + 1, offset - (this.#starts[low] as number)];
  }
}

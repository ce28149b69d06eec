/** Names that occur nowhere in a file, so that what they name is visible everywhere in it. */
export class Names {
  readonly #taken: Set<string>;
  readonly #numbers = new Map<string, number>();

  constructor(code: string) {
    this.#taken = new Set(code.match(/[\w$\u0080-\uffff]+/g));
  }

  /** A new name that begins with what `hint` allows of a name. */
  make(hint: string): string {
    const base = hint.replaceAll(/[^\w$\u00aa-\uffff]/g, "").replace(/^(?=\d)|^$/, "_");
    let number = this.#numbers.get(base) ?? 0;
    let name: string;
    do {
      name = number === 0 ? base : `${base}${number}`;
      number++;
    } while (this.#taken.has(name));
    this.#numbers.set(base, number);
    this.#taken.add(name);
    return name;
  }
}

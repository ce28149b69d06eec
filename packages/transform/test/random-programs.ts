/**
 * Writes programs of `async` functions at random: nested statements with awaits, loops, labels, exceptions, closures and
 * async generators. What they do is written to a log; they end by themselves.
 */

/** Gives the next number below `limit`. */
export type Choose = (limit: number) => number;

/** The text of a program whose `exports.main()` gives its log. */
export function randomProgram(choose: Choose): string {
  return new Writer(choose).program();
}

class Writer {
  readonly #choose: Choose;
  #next = 0;
  #labels: string[] = [];
  #loops = 0;

  constructor(choose: Choose) {
    this.#choose = choose;
  }

  program(): string {
    const functions = [0, 1, 2].map((index) => this.#function(index));
    return `
const log = [];
const note = (x) => { if (log.length > 400) throw new Error("too long"); log.push(x); return x; };
let steps = 0;
const later = (x) => { if (++steps > 1000) throw new Error("too many steps"); return Promise.resolve(x); };
const fails = (x) => Promise.reject(new Error(x));
async function* items(n) { try { for (let i = 0; i < n; i++) yield later(i); } finally { note("closed " + n); await null; } }
async function* letters() { const got = yield "a"; note("got " + got); yield* ["b", later("c")]; return "end"; }
${functions.join("\n")}
exports.main = async () => {
  try { note(await f0(1, 2)); } catch (error) { log.push("ended by " + error.message); }
  return log;
};
`;
  }

  #function(index: number): string {
    return `async function f${index}(a, b = note(a)) {\nlater(0);\n${this.#statements(3, index)}\n}`;
  }

  #statements(depth: number, index: number): string {
    const count = 1 + this.#choose(3);
    let text = "";
    for (let i = 0; i < count; i++) text += `${this.#statement(depth, index)}\n`;
    return text;
  }

  #block(depth: number, index: number): string {
    return `{ ${this.#statements(depth - 1, index)} }`;
  }

  #loopBody(depth: number, index: number): string {
    this.#loops++;
    const text =
      this.#choose(4) === 0 ? this.#statement(depth - 1, index) : this.#block(depth, index);
    this.#loops--;
    return text;
  }

  #labelled(write: (label: string) => string): string {
    if (this.#choose(2) === 0) return write("");
    const label = `l${this.#next++}`;
    this.#labels.push(label);
    const text = write(`${label}: `);
    this.#labels.pop();
    return text;
  }

  #statement(depth: number, index: number): string {
    const e = () => this.#expression(2, index);
    const name = `v${this.#next++}`;
    if (depth <= 0) return `note(${e()});`;
    switch (this.#choose(18)) {
      case 0:
        return `if (${e()}) ${this.#block(depth, index)} else ${this.#block(depth, index)}`;
      case 1:
        return `try ${this.#block(depth, index)} catch (error) { note(error.message); ${this.#statements(depth - 1, index)} }`;
      case 2:
        return `try ${this.#block(depth, index)} finally ${this.#block(depth, index)}`;
      case 3:
        return this.#labelled(
          (l) =>
            `${l}for (let ${name} = 0; ${name} < ${this.#choose(3)}; ${name}++) ${this.#loopBody(depth, index)}`,
        );
      case 4:
        return this.#labelled(
          (l) => `${l}for (const ${name} of [1, ${e()}]) ${this.#loopBody(depth, index)}`,
        );
      case 5:
        return this.#labelled(
          (l) =>
            `${l}for await (const ${name} of items(${this.#choose(4)})) ${this.#loopBody(depth, index)}`,
        );
      case 6:
        return this.#labelled(
          (l) =>
            `${l}for await (const ${name} of [later(1), ${e()}]) ${this.#loopBody(depth, index)}`,
        );
      case 7:
        return this.#leave(e);
      case 8:
        return `throw new Error("e" + ${e()});`;
      case 9:
        return `{ const ${name} = async (x) => ${this.#expression(2, index)}; note(await ${name}(${e()})); }`;
      case 10:
        return `switch (${e()}) { case 1: ${this.#statements(depth - 1, index)} case ${e()}: ${this.#statements(depth - 1, index)} break; default: ${this.#statements(depth - 1, index)} }`;
      case 11:
        return `{ let ${name} = 0; do ${this.#block(depth, index)} while (${name}++ < 1 && ${e()}); }`.replaceAll(
          "continue;",
          "break;",
        );
      case 12:
        return `await note(${e()})`;
      case 13:
        return `{ const ${name} = { async m(x) { ${this.#inner(depth, index)} return [this === ${name}, x, arguments.length]; } }; note((await ${name}.m(${e()}, 2)).join()); }`;
      case 14:
        return `note((await fails("r" + ${e()}).catch((error) => error.message)));`;
      case 15:
        return `{ const ${name} = letters(); note((await ${name}.next()).value); note((await ${name}.next(${e()})).value); }`;
      default:
        return `note(${e()});`;
    }
  }

  /** Statements of a function of its own, which nothing may leave for a loop outside. */
  #inner(depth: number, index: number): string {
    const [labels, loops] = [this.#labels, this.#loops];
    this.#labels = [];
    this.#loops = 0;
    const text = this.#statements(depth - 1, index);
    this.#labels = labels;
    this.#loops = loops;
    return text;
  }

  #leave(e: () => string): string {
    const label = this.#labels[this.#choose(this.#labels.length + 1)];
    const target = label === undefined ? "" : ` ${label}`;
    const how = this.#choose(3);
    if (this.#loops === 0 || how === 0) return `if (${e()}) return ${e()};`;
    return `if (${e()}) ${how === 1 ? "break" : "continue"}${target};`;
  }

  #expression(depth: number, index: number): string {
    const e = () => this.#expression(depth - 1, index);
    if (depth <= 0) return ["a", "b", "0", "1", "2", '"s"'][this.#choose(6)] as string;
    switch (this.#choose(14)) {
      case 0:
        return `(await ${e()})`;
      case 1:
        return `(await later(${e()}) + ${e()})`;
      case 2:
        return `(${e()} && await later(${e()}))`;
      case 3:
        return `(await later(${e()}) ? ${e()} : await ${e()})`;
      case 4:
        return `\`\${await later(${e()})}\``;
      case 5:
        return `note(await later(${e()}))`;
      case 6:
        return index < 2 ? `(await f${index + 1}(${e()}))` : e();
      case 7:
        return `(await (async (x, [y] = [x, a]) => x + (await y))(${e()}))`;
      case 8:
        return `(await fails(${e()}).catch(async (error) => error.message))`;
      case 9:
        return `[await later(${e()}), ${e()}].length`;
      case 10:
        return `({ k: await ${e()} })?.k`;
      default:
        return e();
    }
  }
}

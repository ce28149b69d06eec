/**
 * What lowered code needs around it: the import of `tsyncio/coroutine`, the descriptions of its functions, and two
 * pieces of code that are written into the file that uses them.
 *
 * Descriptions are made when they are first asked for: a hoisted function can be called before its module has run.
 */
import type { Format } from "../syntax/language.js";
import type { Edits } from "./edits.js";
import { RUNTIME } from "./entry.js";
import { delegationText, disposablesText } from "./inline.js";
import type { Names } from "./names.js";

/** A function as its description names it. */
export interface Description {
  readonly name: string;
  readonly place: readonly [line: number, column: number];
  readonly sites: readonly (readonly [line: number, column: number])[];
}

export type Helper =
  | "asyncIterator"
  | "at"
  | "callLowered"
  | "describeFunction"
  | "discard"
  | "emit"
  | "lowered"
  | "loweredGenerator";

/** The two functions behind `yield*`: what is delegated to, and what runs a generator that delegates. */
export interface Delegation {
  readonly delegate: string;
  readonly delegating: string;
}

/** Collects what a file uses. */
export class Runtime {
  readonly #names: Names;
  readonly #helpers = new Map<Helper, string>();
  readonly #descriptions: string[] = [];
  readonly #variables: string[] = [];
  #describe: string | undefined;
  #disposables: string | undefined;
  #delegation: Delegation | undefined;

  constructor(names: Names) {
    this.#names = names;
  }

  /** The local name of an import of the runtime. */
  helper(name: Helper): string {
    let local = this.#helpers.get(name);
    if (local === undefined) {
      local = this.#names.make(`_${name}`);
      this.#helpers.set(name, local);
    }
    return local;
  }

  /** Declares a variable of the file's outermost scope. */
  declare(name: string): void {
    this.#variables.push(name);
  }

  /** An expression that gives the description of a function. */
  describe({ name, place, sites }: Description): string {
    this.#describe ??= this.#names.make("_describe");
    const variable = this.#names.make(`${name}$info`);
    this.declare(variable);
    const parts = [JSON.stringify(name), place.join(", "), JSON.stringify(sites)];
    const index = this.#descriptions.push(`[${parts.join(", ")}]`) - 1;
    return `${variable} ??= ${this.#describe}(${index})`;
  }

  /** The name of a function that makes what closes the resources of a block. */
  disposables(): string {
    this.#disposables ??= this.#names.make("_disposables");
    return this.#disposables;
  }

  /** The names of what is behind `yield*` in async generators. */
  delegation(): Delegation {
    this.#delegation ??= {
      delegate: this.#names.make("_delegate"),
      delegating: this.#names.make("_delegating"),
    };
    return this.#delegation;
  }

  /** Writes all of it: the import at `start`, the rest behind the last line. */
  write(edits: Edits, start: number, file: string, format: Format, separator: string): void {
    const tail: string[] = [];
    if (this.#delegation !== undefined) tail.push(this.#delegationText(this.#delegation));
    if (this.#disposables !== undefined) {
      tail.push(disposablesText(this.#disposables, this.helper("at")));
    }
    if (this.#describe !== undefined) tail.push(this.#descriptionsText(this.#describe, file));
    if (this.#variables.length > 0) tail.push(`var ${this.#variables.join(", ")};`);
    if (tail.length > 0) edits.append(`\n${tail.join("\n")}\n`);
    if (this.#helpers.size > 0) edits.open(start, `${separator}${this.#importText(format)} `);
  }

  #delegationText(names: Delegation): string {
    const [asyncIterator, at, emit] = (["asyncIterator", "at", "emit"] as const).map((helper) => {
      return this.helper(helper);
    }) as [string, string, string];
    return delegationText({ ...names, asyncIterator, at, emit });
  }

  #importText(format: Format): string {
    const names = [...this.#helpers].sort(([a], [b]) => (a < b ? -1 : 1));
    if (format === "module") {
      const list = names.map(([name, local]) => `${name} as ${local}`);
      return `import { ${list.join(", ")} } from "${RUNTIME}";`;
    }
    const list = names.map(([name, local]) => `${name}: ${local}`);
    return `const { ${list.join(", ")} } = require("${RUNTIME}");`;
  }

  #descriptionsText(describe: string, file: string): string {
    const table = this.#names.make("_functions");
    this.declare(table);
    const rows = this.#descriptions.map((row) => `\n  ${row},`).join("");
    const make = this.helper("describeFunction");
    return `function ${describe}(index) {
  ${table} ??= [${rows}
  ];
  const [name, line, column, sites] = ${table}[index];
  return ${make}(name, ${JSON.stringify(file)}, line, column, sites);
}`;
  }
}

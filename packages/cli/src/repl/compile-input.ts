/** From what was typed to a function that can be called. */

import { createRequire, SourceMap } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Script } from "node:vm";
import { importerFrom } from "../modules/from-folder.js";
import { IMPORT, rewriteInput, type Style } from "./rewrite-input.js";

/** An input that is ready to run. */
export interface Compiled {
  readonly style: Style;
  /** Runs it: gives its value, or a coroutine, in an object with the key `value`. */
  readonly call: () => unknown;
}

/** What the inputs of a session are compiled with. */
export interface Surroundings {
  /** The names of the runtime, which every input finds. */
  readonly tsyncio: Readonly<Record<string, unknown>>;
  /** What lowered code calls: the runtime's entry for it. */
  readonly coroutine: object;
  /** The folder from which modules are found. */
  readonly folder: string;
  /** Lowers `async` functions and strips types. */
  readonly transform: typeof import("@tsyncio/transform").transform;
}

type Make = (require: unknown, importFrom: unknown) => () => unknown;

const globals = globalThis as Record<string, unknown>;

/** Makes the inputs of one session into functions. */
export class InputCompiler {
  readonly #surroundings: Surroundings;
  readonly #require: (specifier: string) => unknown;
  readonly #import: (specifier: string) => Promise<unknown>;
  readonly #maps = new Map<string, SourceMap>();
  #inputs = 0;

  constructor(surroundings: Surroundings) {
    const { tsyncio, coroutine, folder } = surroundings;
    const file = join(folder, "repl.js");
    const load = createRequire(file);
    this.#import = importerFrom(pathToFileURL(file).href);
    this.#surroundings = surroundings;
    this.#require = (specifier) => {
      if (specifier === "tsyncio") return tsyncio;
      return specifier === "tsyncio/coroutine" ? coroutine : load(specifier);
    };
  }

  /**
   * Compiles an input; nothing of it runs.
   * @throws {Incomplete} when it goes on in the next line.
   * @throws {SyntaxError} when it is no program.
   */
  compile(source: string): Compiled {
    // A terminal ends lines as it likes.
    const { style, code, names } = rewriteInput(source.replaceAll(/\r\n?/g, "\n"));
    const name = `REPL${++this.#inputs}`;
    const lowered = this.#surroundings.transform(`${code}\n${this.#imports(names)}`, {
      filename: `${name}.cts`,
      file: name,
      types: "strip",
    });
    if (lowered.map !== undefined) this.#maps.set(name, new SourceMap(JSON.parse(lowered.map)));
    const script = new Script(
      `(function (require, ${IMPORT}) {\n${lowered.code}\nreturn __input; })`,
      {
        filename: `${name}.js`,
        lineOffset: -1,
      },
    );
    for (const one of names) declareGlobal(one);
    const make = script.runInThisContext({ displayErrors: false }) as Make;
    return { style, call: make(this.#require, this.#import) };
  }

  /** A line of a stack with the line of what was typed, and without the function around it. */
  asTyped(line: string): string {
    return line
      .replace(/\b(REPL\d+)(\.js)?:(\d+):(\d+)/, (all, name: string, compiled, at, column) => {
        if (compiled === undefined) return `${name}:${at}`;
        const entry = this.#maps.get(name)?.findEntry(Number(at) - 1, Number(column) - 1);
        const isKnown = entry !== undefined && "originalLine" in entry;
        return isKnown ? `${name}:${entry.originalLine + 1}` : all;
      })
      .replace(/at (async )?__input \((.*)\)$/, "at $1$2");
  }

  /** Tells the transform which names are the runtime's: those that no input has given another value. */
  #imports(declared: readonly string[]): string {
    const { tsyncio } = this.#surroundings;
    const names = Object.keys(tsyncio).filter((name) => {
      return globals[name] === tsyncio[name] && !declared.includes(name);
    });
    const module = `require("tsyncio")`;
    const asyncio = declared.includes("asyncio") || globals["asyncio"] !== tsyncio;
    return `var { ${names.join(", ")} } = ${module};${asyncio ? "" : ` var asyncio = ${module};`}`;
  }
}

/** Makes sure that code in strict mode can assign to a global. */
function declareGlobal(name: string): void {
  const property = Object.getOwnPropertyDescriptor(globals, name);
  if (property?.writable === true) return;
  const value = property === undefined ? undefined : globals[name];
  Object.defineProperty(globals, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: true,
  });
}

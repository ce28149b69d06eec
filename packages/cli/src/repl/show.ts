/** How values and errors are shown. */

import { inspect } from "node:util";
import { isError, trimStack } from "../stack-frames.js";
import type { InputCompiler } from "./compile-input.js";
import type { Outcome } from "./session.js";

/** Shows outcomes; frames of the runtime, in `folder`, are left out of stacks. */
export class Printer {
  readonly #folder: string;
  readonly #compiler: InputCompiler;

  constructor(folder: string, compiler: InputCompiler) {
    this.#folder = folder;
    this.#compiler = compiler;
  }

  /** What is shown of an outcome; undefined for nothing. */
  show(outcome: Outcome, colors: boolean): string | undefined {
    switch (outcome.kind) {
      case "nothing":
        return undefined;
      case "cancelled":
        return "Cancelled";
      case "error":
        return `Uncaught ${this.inspect(outcome.error, colors)}`;
      case "value":
        return outcome.value === undefined ? undefined : this.inspect(outcome.value, colors);
    }
  }

  /** A value as text; an error with the lines that were typed. */
  inspect(value: unknown, colors: boolean): string {
    this.trim(value);
    return inspect(value, { colors });
  }

  /** Gives an error the lines that were typed; leaves all else as it is. */
  trim(value: unknown): void {
    if (!isError(value)) return;
    trimStack(value, this.#folder, (line) => this.#compiler.asTyped(line));
  }
}

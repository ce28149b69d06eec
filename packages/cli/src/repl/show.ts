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
        if (isError(outcome.error)) {
          trimStack(outcome.error, this.#folder, (line) => this.#compiler.asTyped(line));
        }
        return `Uncaught ${inspect(outcome.error, { colors })}`;
      case "value":
        return outcome.value === undefined ? undefined : inspect(outcome.value, { colors });
    }
  }
}

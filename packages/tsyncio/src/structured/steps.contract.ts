/** What the suites of this folder share: numbered steps, and what came of an await. */
import { expect } from "vitest";
import type { Coroutine } from "../index.js";

/** Numbered steps, which pin an interleaving: `at(1)` … `at(8)`, then `end(9)`. */
export class Steps {
  readonly #reached: number[] = [];

  /** Notes that step `n` was reached. */
  at(n: number): void {
    this.#reached.push(n);
  }

  /** Notes the last step, and asserts that each came in its turn. */
  end(n: number): void {
    this.at(n);
    expect(this.#reached).toEqual(Array.from({ length: n }, (_, i) => i + 1));
  }
}

/** What can be awaited by `yield*`. */
// biome-ignore lint/suspicious/noExplicitAny: what is sent in is the kernel's affair
type Awaited = Iterable<any, unknown, any>;

/** The error that awaiting `awaitable` raises; fails when it raises none. */
export function* raisedBy(awaitable: Awaited): Coroutine<unknown> {
  try {
    yield* awaitable;
  } catch (error) {
    return error;
  }
  return new Error("expected an error, and nothing was raised");
}

/** The error that `fn` throws; fails when it throws none. */
export function thrownBy(fn: () => unknown): unknown {
  try {
    fn();
  } catch (error) {
    return error;
  }
  return new Error("expected an error, and nothing was thrown");
}

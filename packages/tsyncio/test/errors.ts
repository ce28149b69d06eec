import { expect } from "vitest";
import type { Coroutine } from "../src/index.js";

/** Matches an error by its stable code. */
export function withCode(code: string): { code: string } {
  return expect.objectContaining({ code }) as { code: string };
}

/** What `fn` throws; fails when it throws nothing. */
export function errorOf(fn: () => unknown): unknown {
  try {
    fn();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

/** What awaiting `awaitable` raises; fails when it raises nothing. */
export function* raisedBy(
  awaitable: Pick<Coroutine<unknown>, typeof Symbol.iterator>,
): Coroutine<unknown> {
  try {
    yield* awaitable;
  } catch (error) {
    return error;
  }
  throw new Error("nothing was raised");
}

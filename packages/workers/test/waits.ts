/** Waits that several tests need. */
import { asyncFor, BREAK, type Coroutine } from "tsyncio";
import type { JobHandle } from "../src/index.js";

/** What leaves `wait`. */
export function* errorOf(wait: Coroutine<unknown> | PromiseLike<unknown>): Coroutine<Error> {
  try {
    yield* wait as Coroutine<unknown>;
  } catch (error) {
    return error as Error;
  }
  throw new Error("Expected an error");
}

/** Until the running job has said that it computes. */
export function* untilProgress(handle: JobHandle<unknown>): Coroutine<void> {
  if (handle.progress !== undefined) return;
  yield* asyncFor(handle.updates(), function* () {
    return BREAK;
  });
}

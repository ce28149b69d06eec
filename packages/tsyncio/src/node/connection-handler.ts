import type { CoroutineLike } from "../kernel/coroutine.js";
import { current } from "../kernel/current.js";
import type { StreamReader } from "./stream-reader.js";
import type { StreamWriter } from "./stream-writer.js";

/**
 * What serves a connection: a coroutine, which becomes a task, or a function that returns nothing.
 */
export type ConnectionHandler = (
  reader: StreamReader,
  writer: StreamWriter,
) => CoroutineLike<unknown> | void;

/** @internal Calls the handler so that a lowered `async` function gives its coroutine. */
export function callHandler(
  handler: ConnectionHandler,
  reader: StreamReader,
  writer: StreamWriter,
): CoroutineLike<unknown> | void {
  const { lazy } = current;
  current.lazy = true;
  try {
    return handler(reader, writer);
  } finally {
    current.lazy = lazy;
  }
}

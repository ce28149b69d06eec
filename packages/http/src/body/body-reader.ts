import type { Coroutine } from "tsyncio";

/** Takes a body chunk by chunk, for one reader. */
export interface BodyReader {
  /** The next chunk, undefined at the end. */
  read(): Coroutine<Uint8Array | undefined>;
  /** Gives up what has not been read: whoever sends it is told at once. */
  cancel(reason?: unknown): void;
}

/** The method of a thing with a body that gives a reader of its own, undefined when there is no body. */
export const OPEN_BODY: unique symbol = Symbol("tsyncio.http.open-body");

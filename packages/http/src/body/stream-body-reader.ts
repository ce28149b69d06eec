import { type Coroutine, fromPromise, isCancelled } from "tsyncio";
import type { BodyReader } from "./body-reader.js";

/** Reads a web stream. */
export class StreamBodyReader implements BodyReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #ended = false;

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
  }

  *read(): Coroutine<Uint8Array | undefined> {
    try {
      const { done, value } = yield* fromPromise(this.#reader.read());
      if (!done) return value;
      this.#ended = true;
      return undefined;
    } catch (error) {
      if (isCancelled(error)) this.cancel(error);
      else this.#ended = true;
      throw error;
    }
  }

  cancel(reason?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#reader.cancel(reason).catch(() => {});
  }
}

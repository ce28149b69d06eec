import type { Readable } from "node:stream";
import { type Coroutine, type Future, getRunningLoop } from "tsyncio";
import type { BodyReader } from "../body/body-reader.js";
import { fetchError } from "./fetch-error.js";
import type { Transfer } from "./fetch-response.js";

/** Reads an answer's body from Node's stream, which reads the socket only as fast as it is read itself. */
export class TransferReader implements BodyReader {
  readonly #stream: Readable;
  readonly #signal: AbortSignal | undefined;
  readonly #url: string;
  #change: Future<void> | undefined;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  constructor({ stream, signal }: Pick<Transfer, "stream" | "signal">, url: string) {
    this.#stream = stream;
    this.#signal = signal;
    this.#url = url;
    stream.on("readable", this.#wake);
    stream.on("end", () => {
      this.#ended = true;
      this.#wake();
    });
    stream.on("error", (error) => {
      this.#failure ??= { error };
      this.#wake();
    });
    stream.on("close", this.#wake);
  }

  *read(): Coroutine<Uint8Array | undefined> {
    try {
      for (;;) {
        const chunk = this.#stream.read() as Buffer | null;
        if (chunk !== null) return chunk;
        if (this.#ended || this.#stream.readableEnded) return undefined;
        const failure = this.#failure?.error ?? this.#stream.errored;
        if (failure !== null && failure !== undefined) throw this.#failed(failure);
        if (this.#stream.destroyed) throw this.#failed(new Error("it was given up"));
        this.#change = getRunningLoop().createFuture<void>();
        yield* this.#change;
      }
    } catch (error) {
      this.cancel();
      throw error;
    } finally {
      this.#change = undefined;
    }
  }

  cancel(): void {
    if (!this.#ended) this.#stream.destroy();
  }

  readonly #wake = (): void => {
    const change = this.#change;
    if (change !== undefined && !change.done()) change.setResult();
  };

  #failed(error: unknown): unknown {
    if (this.#signal?.aborted) return this.#signal.reason;
    return fetchError(`read the body of ${this.#url}`, this.#url, error);
  }
}

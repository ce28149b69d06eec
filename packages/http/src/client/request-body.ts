/** What a request sends: bytes whose length is known, or chunks that are made while it is sent. */
import { type AnyIterable, asyncGenerator, type Coroutine, fromPromise } from "tsyncio";
import { type Chunk, sendElsewhere } from "../body/stream-body.js";
import { StreamBodyReader } from "../body/stream-body-reader.js";
import { describeValue, typeError } from "../errors.js";

/** Everything a body can be given as. */
export type BodyInput = RequestInit["body"] | AnyIterable<Chunk>;

/** A body as it is sent. */
export interface RequestBody {
  /** All of it, where that is known: it can be sent again after a redirect. */
  readonly bytes?: Uint8Array;
  /** Its pieces, where they are made as it goes. */
  readonly chunks?: AnyIterable<Chunk>;
  /** How long the pieces are together, where that is known. */
  readonly length?: number;
  /** Its type, for requests that do not say it. */
  readonly type?: string;
}

const FORM = "application/x-www-form-urlencoded;charset=UTF-8";

/**
 * The body to send, undefined when there is none.
 * @throws {TypeError} for what can be no body (`ERR_INVALID_BODY`).
 */
export function* toRequestBody(input: BodyInput): Coroutine<RequestBody | undefined> {
  if (input === undefined || input === null) return undefined;
  if (typeof input === "string") {
    return { bytes: Buffer.from(input), type: "text/plain;charset=UTF-8" };
  }
  if (input instanceof URLSearchParams) return { bytes: Buffer.from(`${input}`), type: FORM };
  if (input instanceof ArrayBuffer) return { bytes: new Uint8Array(input) };
  if (ArrayBuffer.isView(input)) {
    return { bytes: new Uint8Array(input.buffer, input.byteOffset, input.byteLength) };
  }
  if (input instanceof FormData) {
    const form = new Request("http://localhost", { method: "POST", body: input });
    const bytes = new Uint8Array(yield* fromPromise(form.arrayBuffer()));
    return { bytes, type: form.headers.get("content-type") ?? "" };
  }
  if (input instanceof Blob) {
    const { size, type } = input;
    return { chunks: chunksOf(input.stream()), length: size, ...(type === "" ? {} : { type }) };
  }
  if (input instanceof ReadableStream) return { chunks: chunksOf(input) };
  if (isIterable(input)) return { chunks: input };
  throw typeError(
    "ERR_INVALID_BODY",
    `Cannot fetch: a body is a string, bytes, a form, a stream or an async generator, got ${describeValue(input)}`,
  );
}

function isIterable(value: unknown): value is AnyIterable<Chunk> {
  const source = value as { [Symbol.asyncIterator]?: unknown; [Symbol.iterator]?: unknown };
  return typeof (source[Symbol.asyncIterator] ?? source[Symbol.iterator]) === "function";
}

function chunksOf(stream: ReadableStream<Uint8Array>): AnyIterable<Chunk> {
  sendElsewhere(stream);
  const reader = new StreamBodyReader(stream);
  return asyncGenerator<Uint8Array>(function* chunks(emit) {
    try {
      for (;;) {
        const chunk = yield* reader.read();
        if (chunk === undefined) return;
        yield* emit(chunk);
      }
    } finally {
      reader.cancel();
    }
  });
}

/** Streams over any of Node's streams: the pipes of a process, files, what other libraries give. */
import type { Readable, Writable } from "node:stream";
import { describeValue, typeError } from "../kernel/errors.js";
import { feedFrom, NodeTransport } from "./node-transport.js";
import { StreamReader, type StreamReaderOptions } from "./stream-reader.js";
import { StreamWriter } from "./stream-writer.js";

/**
 * A reader of what `readable` gives. It takes over the stream, which flows from now on and is paused while too much is
 * unread.
 *
 * asyncio: `connect_read_pipe` with a `StreamReader`.
 * @throws {TypeError} for what is no readable stream (`ERR_INVALID_ARG`).
 * @throws {RangeError} when the limit is no positive number (`ERR_INVALID_ARG`).
 */
export function streamReaderFrom(
  readable: Readable,
  options: StreamReaderOptions = {},
): StreamReader {
  if (typeof readable?.pause !== "function") throw noStream("reader", "Readable", readable);
  const reader = new StreamReader(readable, options);
  feedFrom(readable, reader);
  return reader;
}

/**
 * A writer to `writable`. Closing it ends the stream.
 *
 * asyncio: `connect_write_pipe` with a `StreamWriter`.
 * @param options - `label` is what messages call the other end.
 * @throws {TypeError} for what is no writable stream (`ERR_INVALID_ARG`).
 */
export function streamWriterFrom(
  writable: Writable,
  options: { readonly label?: string | undefined } = {},
): StreamWriter {
  if (typeof writable?.write !== "function") throw noStream("writer", "Writable", writable);
  return new StreamWriter(new NodeTransport(writable, undefined, options.label));
}

function noStream(end: string, wanted: string, got: unknown): TypeError {
  return typeError(
    "ERR_INVALID_ARG",
    `Cannot make a stream ${end}: expected a ${wanted} of Node, got ${describeValue(got)}`,
  );
}

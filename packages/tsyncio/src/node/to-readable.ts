/**
 * Async generators as streams, for code that takes streams: responses, pipelines, compression. Counterpart: none in
 * asyncio.
 */
import { Readable, type ReadableOptions } from "node:stream";
import { ReadableStream } from "node:stream/web";
import type { AnyIterable } from "../structured/async-for.js";
import { Pump } from "./pump.js";

/**
 * A Node stream of what `source` gives: an `asyncGenerator`, a lowered `async function*`, any iterable. The source runs
 * in a task of the current run (of none when it is called outside any), and only when something is read: by default it is
 * one item ahead. Its error destroys the stream with that error.
 *
 * **Cancellation:** a stream that is destroyed cancels the source where it stands, and closes when its cleanup has run; the
 * end of the run cancels the source and destroys the stream.
 *
 * asyncio: none.
 * @param options - Node's, except that streams of objects with a mark of 1 are the default.
 * @example
 * ```ts no-run
 * const lines = asyncGenerator<string>(function* (emit) {
 *   for (let n = 1; ; n++) {
 *     yield* sleep(1);
 *     yield* emit(`${n}\n`);
 *   }
 * });
 * toReadable(lines).pipe(process.stdout);
 * ```
 */
export function toReadable<T>(
  source: AnyIterable<T>,
  options: Pick<ReadableOptions, "highWaterMark" | "objectMode" | "encoding" | "signal"> = {},
): Readable {
  const readable = new Readable({
    objectMode: true,
    ...(options.objectMode === false ? {} : { highWaterMark: 1 }),
    ...options,
    read: () => pump.want(),
    destroy: (error, done) =>
      pump.stop((raised) => done(error ?? (raised as Error | undefined) ?? null)),
  });
  const pump = new Pump(
    source,
    {
      push: (item) => readable.push(item),
      end: () => readable.push(null),
      fail: (error) => readable.destroy(error as Error),
    },
    "toReadable()",
  );
  return readable;
}

/**
 * A web stream of what `source` gives: an `asyncGenerator`, a lowered `async function*`, any iterable. The source runs in
 * a task of the current run (of none when it is called outside any), and only when something is read.
 *
 * **Cancellation:** a stream that is cancelled cancels the source where it stands, and has been when its cleanup has run;
 * the end of the run cancels the source, and the stream then has an error.
 *
 * asyncio: none.
 * @param strategy - how much may be ahead; nothing when none is given.
 */
export function toReadableStream<T>(
  source: AnyIterable<T>,
  strategy: QueuingStrategy<T> = { highWaterMark: 0 },
): ReadableStream<T> {
  let pump: Pump<T> | undefined;
  return new ReadableStream<T>(
    {
      start: (controller) => {
        pump = new Pump(
          source,
          {
            push: (item) => {
              controller.enqueue(item);
              return (controller.desiredSize ?? 0) > 0;
            },
            end: () => controller.close(),
            fail: (error) => controller.error(error),
          },
          "toReadableStream()",
        );
      },
      pull: () => pump?.want(),
      cancel: () =>
        new Promise<void>((resolve, reject) => {
          pump?.stop((error) => (error === undefined ? resolve() : reject(error)));
        }),
    },
    strategy,
  );
}

/** The server's side of server-sent events. */
import { asyncFor, asyncGenerator, type Duration } from "tsyncio";
import { bodyOf, type ChunkSource, toIterable } from "../body/stream-body.js";
import { formatEvent, type SentEvent } from "./server-sent-event.js";

/** What `eventStreamResponse` takes besides the events. */
export interface EventStreamOptions {
  /** After so long without an event a comment is sent, so that nobody on the way closes the connection; 15 s. */
  readonly keepAlive?: Duration | null | undefined;
  /** How long clients shall wait before they connect again, in seconds. */
  readonly retry?: number | undefined;
  /** Headers of the response. */
  readonly headers?: RequestInit["headers"] | undefined;
}

const COMMENT = new TextEncoder().encode(":\n\n");

/**
 * A response of server-sent events: each that `source` gives is sent at once, and the next is asked for when the client
 * has taken it. `source` is anything for `asyncFor`, or a `function*` that is given `emit`.
 *
 * Does not wait. The source runs as a task of the run; `CancelledError` is raised at its `emit`, or wherever it waits,
 * when the client goes away.
 *
 * asyncio: none.
 * @throws {UsageError} outside a running loop (`ERR_NO_RUNNING_LOOP`).
 */
export function eventStreamResponse(
  source: ChunkSource<SentEvent | string>,
  options: EventStreamOptions = {},
): Response {
  const { keepAlive = "15s", retry } = options;
  const events = toIterable(source);
  const texts = asyncGenerator(function* format(emit) {
    // Something to send at once, so that the client knows it is connected.
    yield* emit(retry === undefined ? ":\n\n" : formatEvent({ retry }));
    yield* asyncFor(events, function* send(event: SentEvent | string) {
      yield* emit(formatEvent(event));
    });
  });
  const headers = new Headers(options.headers);
  if (!headers.has("content-type")) headers.set("content-type", "text/event-stream");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-cache, no-transform");
  headers.set("x-accel-buffering", "no");
  const heartbeat = keepAlive === null ? undefined : { after: keepAlive, chunk: COMMENT };
  return new Response(bodyOf(texts as never, heartbeat), { headers });
}

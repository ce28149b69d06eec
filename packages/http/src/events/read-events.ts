import { asyncGenerator, type CoroutineGenerator } from "tsyncio";
import { type BodySource, checkLimit, openBody } from "../body/read-body.js";
import { EventParser } from "./event-parser.js";
import type { ServerSentEvent } from "./server-sent-event.js";

/** What `readEvents` takes. */
export interface ReadEventsOptions {
  /** The longest event in characters; 1 Mi (1,048,576) when none is given. */
  readonly limit?: number | undefined;
}

/**
 * The server-sent events of a body, for `asyncFor`; whatever its content type says.
 *
 * **Cancellation:** aborts the transfer; so does leaving the loop early.
 * @throws {LimitOverrunError} for an event that is longer than `limit`; the transfer is aborted.
 */
export function readEvents(
  source: BodySource,
  options: ReadEventsOptions = {},
): CoroutineGenerator<ServerSentEvent> {
  const limit = checkLimit(options.limit);
  return parseEvents(source, new EventParser({ limit, url: source.url }));
}

/** The events of a body, by a parser that is asked afterwards where it stands. */
export function parseEvents(
  source: BodySource,
  parser: EventParser,
): CoroutineGenerator<ServerSentEvent> {
  return asyncGenerator(function* events(emit) {
    const reader = openBody(source);
    if (reader === undefined) return;
    // A byte order mark is the parser's affair, which takes out one and no more.
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    try {
      for (;;) {
        const chunk = yield* reader.read();
        if (chunk === undefined) return;
        for (const event of parser.feed(decoder.decode(chunk, { stream: true }))) {
          yield* emit(event);
        }
      }
    } finally {
      reader.cancel();
    }
  });
}

/** The client's side of server-sent events, which connects again when a connection ends. */
import {
  asyncFor,
  asyncGenerator,
  type Coroutine,
  type CoroutineGenerator,
  type Duration,
  type Emit,
  sleep,
} from "tsyncio";
import { checkLimit } from "../body/read-body.js";
import { type FetchInit, fetch } from "../client/fetch.js";
import type { FetchResponse } from "../client/fetch-response.js";
import { FetchError } from "../errors.js";
import { EventParser } from "./event-parser.js";
import { parseEvents } from "./read-events.js";
import type { ServerSentEvent } from "./server-sent-event.js";

/** What `eventSource` takes besides the address and what `fetch` takes. */
export interface EventSourceOptions extends FetchInit {
  /** Connects again when a connection ends or cannot be made; true. */
  readonly reconnect?: boolean | undefined;
  /** How long to wait before that; 3 s, until the server says something else. */
  readonly retry?: Duration | undefined;
  /** The id of the last event that was seen, by an earlier source. */
  readonly lastEventId?: string | undefined;
  /** The longest event in characters; 1 Mi (1,048,576) when none is given. */
  readonly limit?: number | undefined;
}

/** What no header can carry. */
const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * The server-sent events of an address, for `asyncFor`. A connection that ends is made again, and the server told the id
 * of the last event; 204 ends the loop, and so does the end of the connection where `reconnect` is false.
 *
 * **Cancellation:** aborts the transfer; so does leaving the loop early.
 *
 * asyncio: none.
 * @throws {FetchError} for an answer that is no stream of events (`ERR_NO_EVENT_STREAM`); without `reconnect` also when
 * the connection cannot be made or is lost.
 * @throws {LimitOverrunError} for an event that is longer than `limit`.
 */
export function eventSource(
  input: string | URL,
  options: EventSourceOptions = {},
): CoroutineGenerator<ServerSentEvent> {
  const limit = checkLimit(options.limit);
  return asyncGenerator((emit: Emit<ServerSentEvent, undefined>) =>
    connections(input, { ...options, limit }, emit),
  );
}

function* connections(
  input: string | URL,
  options: EventSourceOptions,
  emit: Emit<ServerSentEvent, undefined>,
): Coroutine<void> {
  const { reconnect = true, retry = 3, lastEventId = "", limit, ...init } = options;
  let id = lastEventId;
  let pause: Duration = retry;
  for (;;) {
    // What a lost connection has begun to say is not gone on with by the next.
    const parser = new EventParser({ id, limit, url: String(input) });
    try {
      const response = yield* connect(input, init, id);
      if (response === undefined) return;
      yield* asyncFor(parseEvents(response, parser), function* pass(event) {
        yield* emit(event);
      });
    } catch (error) {
      const final = !(error instanceof FetchError) || error.code === "ERR_NO_EVENT_STREAM";
      if (final || !reconnect) throw error;
    }
    if (!reconnect) return;
    id = parser.lastEventId;
    pause = parser.retry ?? pause;
    yield* sleep(pause);
  }
}

function* connect(
  input: string | URL,
  init: FetchInit,
  id: string,
): Coroutine<FetchResponse | undefined> {
  const headers = new Headers(init.headers);
  if (!headers.has("accept")) headers.set("accept", "text/event-stream");
  // As UTF-8, of which headers take each byte for a character.
  const bytes = Buffer.from(id).toString("latin1");
  if (id !== "" && !UNSENDABLE.test(bytes)) headers.set("last-event-id", bytes);
  const response = yield* fetch(input, { ...init, headers });
  if (response.status === 204) return undefined;
  const type = response.headers.get("content-type") ?? "nothing";
  if (response.status === 200 && /^text\/event-stream\b/i.test(type)) return response;
  response.close();
  throw new FetchError(
    "ERR_NO_EVENT_STREAM",
    `Cannot receive events from ${response.url}: the answer is ${type} with status ${response.status}; expected text/event-stream with 200`,
    response.url,
    { status: response.status },
  );
}

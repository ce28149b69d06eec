import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import {
  type AsyncContextManager,
  type Coroutine,
  type CoroutineGenerator,
  type Operation,
  UsageError,
} from "tsyncio";
import { type BodyReader, OPEN_BODY } from "../body/body-reader.js";
import {
  type ReadLinesOptions,
  type ReadOptions,
  readBytes,
  readChunks,
  readJson,
  readLines,
  readText,
} from "../body/read-body.js";
import { StreamBodyReader } from "../body/stream-body-reader.js";
import { FetchError } from "../errors.js";
import { type ReadEventsOptions, readEvents } from "../events/read-events.js";
import type { ServerSentEvent } from "../events/server-sent-event.js";
import { toOperation } from "../operation.js";
import { TransferReader } from "./transfer-reader.js";

/** A body that comes: Node's answer, and what is read of it. */
export interface Transfer {
  readonly incoming: IncomingMessage;
  readonly stream: Readable;
  /** Ends it, by its reason, when it is aborted. */
  readonly signal: AbortSignal | undefined;
}

/** Headers that speak of the way a body came, and not of the body. */
const OF_THE_WAY = [
  "connection",
  "content-encoding",
  "content-length",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** Bodies of answers that are thrown away unread: their sockets are freed when somebody notices. */
const unread = new FinalizationRegistry<Readable>((stream) => stream.destroy());

/**
 * The answer to a `fetch`: status and headers are there, the body is read by what waits. A body that is not read to its
 * end holds a connection (which does not keep the process alive): use the answer by `asyncWith`, or `close` it.
 */
export class FetchResponse implements AsyncContextManager<FetchResponse> {
  /** The status code. */
  readonly status: number;
  /** The text beside the status code. */
  readonly statusText: string;
  /** Where the answer came from, after redirects. */
  readonly url: string;
  /** True when it came after a redirect. */
  readonly redirected: boolean;
  /** The headers. */
  readonly headers: Headers;
  readonly #transfer: Transfer | undefined;
  #body: ReadableStream<Uint8Array> | null | undefined;
  #raw: Response | undefined;
  #opened = false;

  /** @internal */
  constructor(
    head: Pick<Response, "status" | "statusText" | "headers">,
    url: string,
    redirected: boolean,
    source: Transfer | Response | undefined,
  ) {
    this.status = head.status;
    this.statusText = head.statusText;
    this.headers = head.headers;
    this.url = url;
    this.redirected = redirected;
    if (source === undefined) this.#body = null;
    else if ("stream" in source) {
      this.#transfer = source;
      source.incoming.socket.unref();
      unread.register(this, source.stream, this);
    } else {
      this.#raw = source;
      this.#body = source.body;
    }
  }

  /** True for a status from 200 to 299. */
  get ok(): boolean {
    return this.status >= 200 && this.status <= 299;
  }

  /** The body as a web stream, null when there is none. */
  get body(): ReadableStream<Uint8Array> | null {
    if (this.#body === undefined) {
      const { stream } = this.#open();
      this.#body = Readable.toWeb(stream) as ReadableStream<Uint8Array>;
    }
    return this.#body;
  }

  /** True when somebody has begun to read the body. */
  get bodyUsed(): boolean {
    return this.#opened || this.#body?.locked === true;
  }

  /** The Fetch standard's object for the same answer, for functions that take one; it has the body. */
  get raw(): Response {
    const { status, statusText, headers } = this;
    this.#raw ??= new Response(this.body, { status, statusText, headers });
    return this.#raw;
  }

  /** @internal */
  [OPEN_BODY](): BodyReader | undefined {
    if (this.#transfer !== undefined && this.#body === undefined) {
      return new TransferReader(this.#open(), this.url);
    }
    return this.#body ? new StreamBodyReader(this.#body) : undefined;
  }

  #open(): Transfer {
    const transfer = this.#transfer as Transfer;
    if (this.#opened) {
      throw new UsageError(
        "ERR_BODY_USED",
        `Cannot read the body of ${this.url}: somebody has begun to; read it once, and keep what it gives`,
      );
    }
    this.#opened = true;
    unread.unregister(this);
    transfer.incoming.socket.ref();
    return transfer;
  }

  /**
   * Itself when the status is a success.
   * @throws {FetchError} for any other status (`ERR_HTTP_STATUS`); the body is given up.
   */
  raiseForStatus(): this {
    if (this.ok) return this;
    this.close();
    throw new FetchError(
      "ERR_HTTP_STATUS",
      `Cannot use the answer of ${this.url}: its status is ${this.status} ${this.statusText}`.trim(),
      this.url,
      { status: this.status },
    );
  }

  /**
   * The whole body as text, from UTF-8.
   *
   * **Cancellation:** aborts the transfer and frees the socket.
   * @throws {BodyTooLargeError} when it is longer than `limit`.
   * @throws {FetchError} when the connection is lost before its end.
   */
  text(options?: ReadOptions): Operation<string> {
    return readText(this, options);
  }

  /**
   * The whole body, parsed as JSON.
   *
   * **Cancellation:** aborts the transfer and frees the socket.
   * @throws {SyntaxError} for what is no JSON.
   */
  json<T = unknown>(options?: ReadOptions): Operation<T> {
    return readJson<T>(this, options);
  }

  /**
   * The whole body as bytes.
   *
   * **Cancellation:** aborts the transfer and frees the socket.
   */
  bytes(options?: ReadOptions): Operation<Uint8Array<ArrayBuffer>> {
    return readBytes(this, options);
  }

  /**
   * The body as it comes, for `asyncFor`.
   *
   * **Cancellation:** aborts the transfer and frees the socket; so does leaving the loop early.
   */
  chunks(): CoroutineGenerator<Uint8Array> {
    return readChunks(this);
  }

  /**
   * The lines of the body, for `asyncFor`, without their ends.
   *
   * **Cancellation:** aborts the transfer and frees the socket; so does leaving the loop early.
   */
  lines(options?: ReadLinesOptions): CoroutineGenerator<string> {
    return readLines(this, options);
  }

  /**
   * The server-sent events of the body, for `asyncFor`.
   *
   * **Cancellation:** aborts the transfer and frees the socket; so does leaving the loop early.
   * @throws {LimitOverrunError} for an event that is longer than `limit`; the transfer is aborted.
   */
  events(options?: ReadEventsOptions): CoroutineGenerator<ServerSentEvent> {
    return readEvents(this, options);
  }

  /** A `Response` for a server to pass on: the body as it is read here, the headers without those of the transfer. */
  toResponse(): Response {
    const headers = new Headers(this.headers);
    for (const name of OF_THE_WAY) headers.delete(name);
    return new Response(this.body, { status: this.status, headers });
  }

  /** Gives up what has not been read: the socket is freed. */
  close(): void {
    const transfer = this.#transfer;
    if (transfer === undefined) return;
    unread.unregister(this);
    if (this.#body?.locked === false) this.#body.cancel().catch(() => {});
    // What is there completely is thrown away, and the connection kept.
    else if (!this.#opened && transfer.incoming.complete) transfer.stream.resume();
    else transfer.stream.destroy();
  }

  /** Gives itself; called by `asyncWith`. Does not wait. */
  enter(): Operation<this> {
    return toOperation("enter", this.#itself());
  }

  /** Gives up what has not been read. Does not wait. */
  exit(_error: unknown): Operation<boolean> {
    return toOperation("exit", this.#exit());
  }

  *#itself(): Coroutine<this> {
    return this;
  }

  *#exit(): Coroutine<boolean> {
    this.close();
    return false;
  }
}

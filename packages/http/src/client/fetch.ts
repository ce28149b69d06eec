/** `fetch` for coroutines: the Fetch standard's, as far as a program without pages has a use for it. */
import { type Coroutine, type CoroutineGenerator, fromPromise } from "tsyncio";
import type { Chunk } from "../body/stream-body.js";
import { describeValue, rangeError, typeError } from "../errors.js";
import { type Opening, toOpening } from "../operation.js";
import { answerOf } from "./answer.js";
import { ACCEPTED } from "./decoding.js";
import { FetchResponse } from "./fetch-response.js";
import { isRedirect, MAX_REDIRECTS, redirectError, redirected } from "./redirect.js";
import { type BodyInput, type RequestBody, toRequestBody } from "./request-body.js";
import { type Question, type TransferOptions, transfer } from "./transfer.js";

/** What `fetch` takes besides the address. */
export interface FetchInit extends TransferOptions {
  /** GET when none is given. */
  readonly method?: string | undefined;
  readonly headers?: RequestInit["headers"] | undefined;
  /** The body; chunks of an async generator or a stream are sent as they are made. */
  readonly body?: BodyInput | CoroutineGenerator<Chunk> | undefined;
  /** Follows redirects, up to 20, which is the default; raises; or gives the answer that redirects. */
  readonly redirect?: "follow" | "error" | "manual" | undefined;
  /** Ends the request and the transfer when it is aborted, with its reason as the error. */
  readonly signal?: AbortSignal | null | undefined;
}

/**
 * Sends a request; gives the answer when its headers are there. `asyncWith` gives up, at the end of its block, what was not
 * read of the body.
 *
 * **Cancellation:** ends the request and frees its socket. After the answer is there its body is read by waits of its own,
 * each of which ends the transfer when it is cancelled.
 *
 * asyncio: none.
 * @throws {FetchError} when no answer came: `code` is the system's, the message has the address and the cure.
 * @throws {TypeError} for an address that is none (`ERR_INVALID_URL`), and a body that is none (`ERR_INVALID_BODY`).
 */
export function fetch(input: string | URL | Request, init: FetchInit = {}): Opening<FetchResponse> {
  return toOpening("fetch", start(input, init));
}

function toUrl(address: string | URL): URL {
  try {
    return new URL(address);
  } catch (cause) {
    const error = typeError(
      "ERR_INVALID_URL",
      `Cannot fetch ${describeValue(address)}: it is no address; write it whole, as in "http://host/path"`,
    );
    throw Object.assign(error, { cause });
  }
}

function* start(input: string | URL | Request, init: FetchInit): Coroutine<FetchResponse> {
  const given = input instanceof Request ? input : undefined;
  const url = toUrl(given?.url ?? (input as string | URL));
  if (url.protocol === "data:" || url.protocol === "blob:") {
    const raw = yield* fromPromise(globalThis.fetch(url));
    return new FetchResponse(raw, url.href, false, raw);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw rangeError(
      "ERR_INVALID_URL",
      `Cannot fetch ${url.href}: expected http:, https: or data:`,
    );
  }
  const body = yield* toRequestBody(init.body === undefined ? given?.body : init.body);
  const question = questionOf(url, given, init, body);
  const signal = (init.signal === undefined ? given?.signal : init.signal) ?? undefined;
  if (signal?.aborted) throw signal.reason;
  return yield* follow(question, init, signal);
}

function questionOf(
  url: URL,
  given: Request | undefined,
  init: FetchInit,
  body: RequestBody | undefined,
): Question {
  // Checks the method, and writes it as the standard does.
  const { method } = new Request("http://localhost", {
    method: init.method ?? given?.method ?? "GET",
  });
  if (body !== undefined && (method === "GET" || method === "HEAD")) {
    throw typeError(
      "ERR_INVALID_BODY",
      `Cannot fetch ${url.href}: ${method} sends no body; use POST`,
    );
  }
  const headers = new Headers(init.headers ?? given?.headers);
  const defaults = { accept: "*/*", "accept-encoding": ACCEPTED, "user-agent": "tsyncio" };
  for (const [name, value] of Object.entries(defaults)) {
    if (!headers.has(name)) headers.set(name, value);
  }
  if (url.username !== "" || url.password !== "") {
    const secret = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    const basic = `Basic ${Buffer.from(secret).toString("base64")}`;
    if (!headers.has("authorization")) headers.set("authorization", basic);
    url.username = "";
    url.password = "";
  }
  if (body === undefined) {
    if (method === "POST" || method === "PUT") headers.set("content-length", "0");
    return { url, method, headers, body };
  }
  if (body.type !== undefined && !headers.has("content-type")) {
    headers.set("content-type", body.type);
  }
  const length = body.bytes?.length ?? body.length;
  if (length !== undefined) headers.set("content-length", String(length));
  else if (!headers.has("content-length")) headers.set("transfer-encoding", "chunked");
  return { url, method, headers, body };
}

/** Sends the request, and again to where it is redirected. */
function* follow(
  first: Question,
  init: FetchInit,
  signal: AbortSignal | undefined,
): Coroutine<FetchResponse> {
  const mode = init.redirect ?? "follow";
  let question = first;
  for (let count = 0; ; count++) {
    const answer = yield* transfer(question, init, signal);
    if (!isRedirect(answer) || mode === "manual") {
      return answerOf(answer, question, count > 0, signal);
    }
    // Its body is of no interest, and its connection can be used again.
    answer.resume();
    if (mode === "error") {
      throw redirectError(question.url, `it redirects to ${answer.headers.location}`);
    }
    if (count === MAX_REDIRECTS) throw redirectError(first.url, "it redirects too often");
    question = redirected(question, answer);
  }
}

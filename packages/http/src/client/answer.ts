import type { IncomingMessage } from "node:http";
import { decoded } from "./decoding.js";
import { FetchResponse } from "./fetch-response.js";
import type { Question } from "./transfer.js";

/** Statuses without a body. */
const EMPTY = new Set([204, 205, 304]);

/** What Node gives for an answer, as the caller of `fetch` gets it. */
export function answerOf(
  incoming: IncomingMessage,
  { url, method }: Question,
  redirected: boolean,
  signal: AbortSignal | undefined,
): FetchResponse {
  const { statusCode: status = 0, statusMessage: statusText = "" } = incoming;
  const head = { status, statusText, headers: headersOf(incoming) };
  if (method === "HEAD" || EMPTY.has(status)) {
    incoming.resume();
    return new FetchResponse(head, url.href, redirected, undefined);
  }
  const stream = decoded(incoming) ?? incoming;
  // Errors are for whoever reads; nobody may.
  stream.on("error", () => {});
  incoming.on("error", () => {});
  if (signal !== undefined) {
    const abort = (): void => void stream.destroy(toError(signal.reason));
    signal.addEventListener("abort", abort, { once: true });
    stream.once("close", () => signal.removeEventListener("abort", abort));
  }
  return new FetchResponse(head, url.href, redirected, { incoming, stream, signal });
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    headers.append(rawHeaders[at] as string, rawHeaders[at + 1] as string);
  }
  return headers;
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

/** The client's side of a WebSocket's opening. */
import type { IncomingMessage } from "node:http";
import type { ConnectionOptions } from "node:tls";
import {
  type Coroutine,
  type Duration,
  getRunningLoop,
  isCancelled,
  TimeoutError,
  waitFor,
} from "tsyncio";
import { WebSocket } from "ws";
import { failureText, reasonOf, WebSocketError } from "../errors.js";
import { type Opening, toOpening } from "../operation.js";
import { WebSocketConnection, type WebSocketOptions } from "./web-socket-connection.js";

/** What `openWebSocket` takes besides the address. */
export interface OpenWebSocketOptions extends WebSocketOptions {
  /** The subprotocols this side speaks, the best first. */
  readonly protocols?: readonly string[] | undefined;
  /** Headers of the request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Certificates and the rest, as for `tls.connect`. */
  readonly tls?: ConnectionOptions | undefined;
  /** How long it may take to open; 10 s. Null waits without a limit. */
  readonly timeout?: Duration | null | undefined;
}

/**
 * Opens a WebSocket; gives it when it is open. `asyncWith` closes it at the end of its block.
 *
 * **Cancellation:** the connection is broken off and its socket freed.
 *
 * asyncio: none.
 * @throws {WebSocketError} when the connection cannot be made (`code` is the system's) or the server answers something
 * else (`ERR_WEBSOCKET_HANDSHAKE`, with its `status`).
 * @throws {TimeoutError} when `timeout` is over.
 * @throws {SyntaxError} for an address that is none.
 */
export function openWebSocket(
  url: string | URL,
  options: OpenWebSocketOptions = {},
): Opening<WebSocketConnection> {
  return toOpening("openWebSocket", open(url, options));
}

function* open(input: string | URL, options: OpenWebSocketOptions): Coroutine<WebSocketConnection> {
  const loop = getRunningLoop();
  const opened = loop.createFuture<void>();
  const socket = new WebSocket(input, [...(options.protocols ?? [])], {
    ...options.tls,
    headers: { ...options.headers },
    maxPayload: options.maxSize ?? WebSocketConnection.MAX_SIZE,
    perMessageDeflate: false,
  });
  const { url } = socket;
  const connection = new WebSocketConnection(socket, loop, url, "client", options);
  socket.on("open", () => {
    if (!opened.done()) opened.setResult();
  });
  socket.on("unexpected-response", (request, response) => {
    request.destroy();
    if (!opened.done()) opened.setException(refusedError(url, response));
  });
  socket.on("error", (error) => {
    if (!opened.done()) opened.setException(error);
  });
  try {
    yield* waitFor(opened, options.timeout === undefined ? 10 : options.timeout);
  } catch (error) {
    socket.terminate();
    if (isCancelled(error) || error instanceof WebSocketError) throw error;
    if (error instanceof TimeoutError) {
      throw new TimeoutError(`Cannot open ${url}: it took too long`, { cause: error });
    }
    throw openError(url, error);
  }
  connection.start();
  return connection;
}

function refusedError(url: string, { statusCode = 0, statusMessage = "" }: IncomingMessage): Error {
  return new WebSocketError(
    "ERR_WEBSOCKET_HANDSHAKE",
    `Cannot open ${url}: the server answered ${statusCode} ${statusMessage}; expected 101`,
    url,
    { status: statusCode },
  );
}

function openError(url: string, error: unknown): Error {
  const failure = reasonOf(error);
  return new WebSocketError(
    failure.code ?? "ERR_WEBSOCKET_HANDSHAKE",
    failureText(`Cannot open ${url}`, failure),
    url,
    { cause: error },
  );
}

/** `@tsyncio/http`: servers and clients for the web. */
export {
  type BodySource,
  type ReadLinesOptions,
  type ReadOptions,
  readBytes,
  readChunks,
  readJson,
  readLines,
  readText,
} from "./body/read-body.js";
export { type Chunk, type ChunkSource, streamBody } from "./body/stream-body.js";
export { type FetchInit, fetch } from "./client/fetch.js";
export { FetchResponse } from "./client/fetch-response.js";
export {
  BodyTooLargeError,
  FetchError,
  WebSocketClosed,
  WebSocketError,
} from "./errors.js";
export { type EventSourceOptions, eventSource } from "./events/event-source.js";
export { type EventStreamOptions, eventStreamResponse } from "./events/event-stream.js";
export { type ReadEventsOptions, readEvents } from "./events/read-events.js";
export type { SentEvent, ServerSentEvent } from "./events/server-sent-event.js";
export type { CoroutineLike, Opening } from "./operation.js";
export { coroutineHandler } from "./server/coroutine-handler.js";
export { HttpServer } from "./server/http-server.js";
export { RequestContext } from "./server/request-context.js";
export { serve } from "./server/serve.js";
export type { Answer, Handler, ServeLimits, ServeOptions } from "./server/serve-options.js";
export type { UpgradeOptions } from "./websocket/accept-web-socket.js";
export { type OpenWebSocketOptions, openWebSocket } from "./websocket/open-web-socket.js";
export {
  type Message,
  WebSocketConnection,
  type WebSocketOptions,
} from "./websocket/web-socket-connection.js";

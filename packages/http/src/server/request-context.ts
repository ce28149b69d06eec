import type { IncomingMessage, ServerResponse } from "node:http";
import type { Operation } from "tsyncio";
import type { UpgradeOptions } from "../websocket/accept-web-socket.js";
import type { WebSocketConnection } from "../websocket/web-socket-connection.js";

/** What a handler is told besides the request; frameworks call it `env`. */
export abstract class RequestContext {
  /** Node's own request. */
  readonly incoming: IncomingMessage;
  /** Node's own response. */
  readonly outgoing: ServerResponse;

  /** @internal */
  constructor(incoming: IncomingMessage, outgoing: ServerResponse) {
    this.incoming = incoming;
    this.outgoing = outgoing;
  }

  /** The address of the client, or of the proxy before it. */
  get remoteAddress(): string {
    return this.incoming.socket.remoteAddress ?? "";
  }

  /**
   * Makes the connection a WebSocket; the handler goes on with it, and what it returns is ignored. The WebSocket is closed
   * when the handler ends: by 1000, or by 1011 when it fails. A connection that is lost while nobody reads cancels the
   * handler.
   *
   * **Cancellation:** does not wait for the other side.
   * @throws {WebSocketError} when the request asks for none (`ERR_UPGRADE_REQUIRED`, answered by 426 when it leaves the
   * handler) or asks wrongly (`ERR_WEBSOCKET_HANDSHAKE`, answered by 400).
   * @throws {UsageError} when the request is over, or upgraded already (`ERR_REQUEST_OVER`).
   */
  abstract upgradeWebSocket(options?: UpgradeOptions): Operation<WebSocketConnection>;
}

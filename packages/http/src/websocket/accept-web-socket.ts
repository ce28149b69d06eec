/** The server's side of a WebSocket's opening. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Loop } from "tsyncio";
import { type WebSocket, WebSocketServer } from "ws";
import { WebSocketError } from "../errors.js";
import { WebSocketConnection, type WebSocketOptions } from "./web-socket-connection.js";

/** What `upgradeWebSocket` takes. */
export interface UpgradeOptions extends WebSocketOptions {
  /** The subprotocols this side speaks, the best first; the first that the client asks for is chosen. */
  readonly protocols?: readonly string[] | undefined;
}

/**
 * Does the handshake; `onUpgrade` is called before anything is sent.
 * @throws {WebSocketError} when the request asks for no WebSocket, or wrongly.
 */
export function acceptWebSocket(
  loop: Loop,
  exchange: { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse },
  url: string,
  head: Buffer | undefined,
  options: UpgradeOptions,
  onUpgrade: () => void,
): WebSocketConnection {
  const { incoming, outgoing } = exchange;
  if (head === undefined || incoming.headers.upgrade?.toLowerCase() !== "websocket") {
    throw new WebSocketError(
      "ERR_UPGRADE_REQUIRED",
      `Cannot open a WebSocket for ${url}: the request asks for none; connect with ws:// or wss://`,
      url,
    );
  }
  const { protocols = [] } = options;
  const handshake = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: options.maxSize ?? WebSocketConnection.MAX_SIZE,
    handleProtocols: (asked) => protocols.find((protocol) => asked.has(protocol)) ?? false,
  });
  const { socket } = incoming;
  let accepted: WebSocket | undefined;
  onUpgrade();
  outgoing.detachSocket(socket);
  handshake.handleUpgrade(incoming, socket, head, (opened) => {
    accepted = opened;
  });
  if (accepted === undefined) {
    throw new WebSocketError(
      "ERR_WEBSOCKET_HANDSHAKE",
      `Cannot open a WebSocket for ${url}: the client's handshake is wrong; it was answered by 400`,
      url,
      { status: 400 },
    );
  }
  const connection = new WebSocketConnection(accepted, loop, url, "server", options);
  connection.start();
  return connection;
}

import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Exchange } from "./exchange.js";

const BODY = "Internal Server Error";
const OCCUPIED = Symbol("occupied");

interface Connection extends Socket {
  /** A response has its turn on it, or a body comes that nobody waits for. */
  [OCCUPIED]?: boolean;
}

/** True for a connection on which no request is under way, though a part of the next may have come. */
export function isIdle(socket: Socket): boolean {
  return (socket as Connection)[OCCUPIED] !== true;
}

/** The responses to pipelined requests that wait for their turn on a connection. */
const queues = new WeakMap<Socket, Set<CheckedResponse>>();

/**
 * Node's response, which answers 500 in the place of a head that cannot be sent: a header with a line break, a status
 * that is none. The adapter would tell the client what was wrong, and print it. A body of another length than its head
 * says breaks the connection: what is missing or left over would be taken for the next response.
 */
export class CheckedResponse extends ServerResponse<IncomingMessage> {
  override strictContentLength = true;
  exchange: Exchange | undefined = undefined;
  #replaced = false;

  /**
   * It waits behind others for its turn on `socket`. When the connection is lost, Node tells the one whose turn it is; the
   * others hear of it here.
   */
  queueOn(socket: Socket): void {
    let queue = queues.get(socket);
    if (queue === undefined) {
      const waiting = new Set<CheckedResponse>();
      queues.set(socket, waiting);
      socket.once("close", () => {
        for (const response of waiting) response.#lose();
      });
      queue = waiting;
    }
    const place = queue;
    place.add(this);
    this.once("close", () => place.delete(this));
  }

  override assignSocket(socket: Socket): void {
    (socket as Connection)[OCCUPIED] = true;
    super.assignSocket(socket);
  }

  override detachSocket(socket: Socket): void {
    (socket as Connection)[OCCUPIED] = !this.req.complete;
    super.detachSocket(socket);
    // Its head may have promised more than the server gives now.
    if (this.writableEnded && this.exchange?.closing) socket.destroySoon();
  }

  #lose(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.emit("close");
  }

  override writeHead(status: number, ...rest: unknown[]): this {
    try {
      return super.writeHead(status, ...(rest as []));
    } catch (error) {
      if (this.headersSent) throw error;
      this.#replaced = true;
      this.exchange?.unsendable(error);
      return super.writeHead(500, {
        "content-type": "text/plain; charset=UTF-8",
        "content-length": BODY.length,
      });
    }
  }

  override end(...rest: unknown[]): this {
    try {
      return super.end(...((this.#replaced ? [BODY] : rest) as []));
    } catch (error) {
      return this.#break(error);
    }
  }

  override write(...rest: unknown[]): boolean {
    try {
      return super.write(...(rest as [string]));
    } catch (error) {
      this.#break(error);
      return false;
    }
  }

  #break(error: unknown): this {
    // On a connection that is lost the rest of a body is given up by whoever sends it.
    if (!this.destroyed) this.exchange?.unsendable(error);
    return this.destroy();
  }
}

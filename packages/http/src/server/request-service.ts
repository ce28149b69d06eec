/**
 * The part of a server that answers requests: from Node's `request` and `upgrade` events to the adapter's listener, in a
 * task of the run.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { getRequestListener, RequestError } from "@hono/node-server";
import { allTasks, type Duration, type Loop, type Task } from "tsyncio";
import type { WebSocketConnection } from "../websocket/web-socket-connection.js";
import { ActiveRequests } from "./active-requests.js";
import { Admission } from "./admission.js";
import { CheckedResponse } from "./checked-response.js";
import { exchangeVariable } from "./current-exchange.js";
import { Dispatcher } from "./dispatcher.js";
import { Exchange, NO_ANSWER } from "./exchange.js";
import { type Handler, type Limits, type ServeOptions, toLimits } from "./serve-options.js";
import type { Service } from "./service.js";

type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;

export class RequestService implements Service {
  readonly loop: Loop;
  readonly handler: Handler;
  readonly limits: Limits;
  readonly deadline: Duration | null | ((request: Request) => Duration | null);
  readonly admission: Admission;
  readonly active = new ActiveRequests();
  readonly webSockets = new Set<WebSocketConnection>();
  readonly dispatcher: Dispatcher;
  /** The connections that speak HTTP: neither TLS handshakes nor WebSockets. */
  readonly connections = new Set<Socket>();
  readonly #listener: Listener;
  readonly #swept = new Set<Exchange>();
  #passing: Exchange | undefined;
  closing = false;

  /** @param onEnd - called when the run has ended the server's task. */
  constructor(loop: Loop, handler: Handler, options: ServeOptions, onEnd: () => void) {
    this.loop = loop;
    this.handler = handler;
    this.limits = toLimits(options.limits);
    this.deadline = options.deadline ?? null;
    this.admission = new Admission(this.limits.concurrency, this.limits.queue);
    this.#listener = getRequestListener((request) => (this.#passing as Exchange).handle(request), {
      hostname: options.hostname ?? "localhost",
      overrideGlobalObjects: options.overrideGlobalObjects ?? true,
      errorHandler,
    }) as Listener;
    this.dispatcher = new Dispatcher(loop, "http server", onEnd);
  }

  /** A request has come. */
  readonly onRequest = (incoming: IncomingMessage, outgoing: CheckedResponse): void => {
    if (outgoing.socket === null) outgoing.queueOn(incoming.socket);
    this.dispatcher.post(new Exchange(this, incoming, outgoing, undefined));
  };

  /** A request has come that waits for leave to send its body: it gets it, unless the body is too long. */
  readonly onExpectation = (incoming: IncomingMessage, outgoing: CheckedResponse): void => {
    if (!(Number(incoming.headers["content-length"]) > this.limits.bodySize)) {
      outgoing.writeContinue();
    }
    this.onRequest(incoming, outgoing);
  };

  /** A request has come that asks for another protocol: the handler may make it a WebSocket. */
  readonly onUpgrade = (incoming: IncomingMessage, socket: Duplex, head: Buffer): void => {
    this.connections.delete(incoming.socket);
    const outgoing = new CheckedResponse(incoming);
    socket.on("error", ignore);
    outgoing.shouldKeepAlive = false;
    outgoing.assignSocket(socket as never);
    outgoing.once("finish", () => {
      outgoing.detachSocket(socket as never);
      socket.end();
    });
    this.dispatcher.post(new Exchange(this, incoming, outgoing, head));
  };

  pass(exchange: Exchange): void {
    this.#passing = exchange;
    this.#listener(exchange.incoming, exchange.outgoing).catch((error: unknown) => {
      exchange.unsendable(error);
      exchange.outgoing.destroy();
    });
    this.#passing = undefined;
  }

  post(job: () => void): void {
    this.dispatcher.post(job);
  }

  /** All that are cancelled in one turn are looked for in one go. */
  sweep(exchange: Exchange): void {
    this.#swept.add(exchange);
    if (this.#swept.size > 1) return;
    this.loop.callSoon(() => {
      for (const task of allTasks(this.loop)) {
        const owner = task.getContext().get(exchangeVariable);
        if (owner === undefined || owner.task === (task as Task<unknown>)) continue;
        if (this.#swept.has(owner)) task.cancel("its request is over");
      }
      this.#swept.clear();
    });
  }
}

/** What the adapter is to answer for a request that has no response of ours. */
function errorHandler(error: unknown): Response | undefined {
  if (error === NO_ANSWER) return undefined;
  return new Response(null, { status: error instanceof RequestError ? 400 : 500 });
}

function ignore(): void {}

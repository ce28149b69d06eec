/**
 * A server for the web: listening, and the way it ends.
 *
 * | state | leaves to |
 * | --- | --- |
 * | listening | closing, closed (aborted, or its run ends) |
 * | closing: nothing new is accepted, what runs may end within the grace time | closed |
 * | closed: no socket, no task is left | |
 *
 * Counterpart: `asyncio.Server`, whose `close` and `wait_closed` know neither requests nor a grace time.
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import {
  type AsyncContextManager,
  type Coroutine,
  createTask,
  type Duration,
  Event,
  getRunningLoop,
  isCancelled,
  type Loop,
  type Operation,
  TimeoutError,
  waitFor,
} from "tsyncio";
import { toOperation } from "../operation.js";
import { toMilliseconds } from "../seconds.js";
import { CheckedResponse, isIdle } from "./checked-response.js";
import { addressOf, listenError } from "./listen-address.js";
import { RequestService } from "./request-service.js";
import { checkHandler, checkOptions, type Handler, type ServeOptions } from "./serve-options.js";

type NodeServer = Server<typeof IncomingMessage, typeof CheckedResponse>;

/** Time for the last refusals to reach their clients. */
const FAREWELL: Duration = "250ms";

/** A server that listens, made by `serve`. `asyncWith` closes it at the end of its block. */
export class HttpServer implements AsyncContextManager<HttpServer> {
  readonly #loop: Loop;
  readonly #options: ServeOptions;
  readonly #service: RequestService;
  readonly #server: NodeServer;
  /** Every connection, also those in a TLS handshake and those that are WebSockets. */
  readonly #sockets = new Set<Socket>();
  readonly #drained = new Event();
  readonly #closed = new Event();
  #state: "listening" | "closing" | "closed" = "listening";
  #address: AddressInfo | string | null = null;

  /** @internal */
  constructor(loop: Loop, handler: Handler, options: ServeOptions) {
    this.#loop = loop;
    this.#options = options;
    this.#service = new RequestService(loop, handler, options, () => this.abort());
    const { limits } = this.#service;
    const settings = {
      maxHeaderSize: limits.headerSize,
      ServerResponse: CheckedResponse,
      // Known to Node from 24.9 on: what asks for anything else (h2c) is an ordinary request there.
      shouldUpgradeCallback: ({ headers }: IncomingMessage) =>
        headers.upgrade?.toLowerCase() === "websocket",
    };
    const server: NodeServer =
      options.tls === undefined
        ? createServer(settings)
        : createTlsServer({ ...options.tls, ...settings });
    this.#server = server;
    // Called by Node when it closes. It takes for idle what has a response on its way, and not what has had no request.
    server.closeIdleConnections = () => {
      for (const socket of this.#service.connections) if (isIdle(socket)) socket.destroy();
    };
    server.on("request", this.#service.onRequest);
    server.on("checkContinue", this.#service.onExpectation);
    server.on("upgrade", this.#service.onUpgrade);
    server.on("close", () => this.#drained.set());
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    server.on(options.tls === undefined ? "connection" : "secureConnection", (socket: Socket) => {
      this.#service.connections.add(socket);
      socket.once("close", () => this.#service.connections.delete(socket));
    });
    if (Number.isFinite(limits.connections)) server.maxConnections = limits.connections;
    if (options.keepAlive !== undefined) {
      server.keepAliveTimeout = toMilliseconds(options.keepAlive, "keepAlive");
    }
  }

  /** Where it listens: address and port, or the path of a Unix socket; null when it is closed. */
  get address(): AddressInfo | string | null {
    return this.#address;
  }

  /** The port; 0 for a Unix socket. */
  get port(): number {
    return typeof this.#address === "object" ? (this.#address?.port ?? 0) : 0;
  }

  /** How this machine reaches it: `http://127.0.0.1:3000`, without a slash at the end. */
  get url(): string {
    const scheme = this.#options.tls === undefined ? "http" : "https";
    const address = this.#address;
    if (address === null || typeof address === "string") return `${scheme}://localhost`;
    const { address: host, family, port } = address;
    const any = host === "0.0.0.0" || host === "::";
    const name = any ? "localhost" : family === "IPv6" ? `[${host}]` : host;
    return `${scheme}://${name}:${port}`;
  }

  /** How many requests wait, are handled, or have a body that a coroutine makes; open WebSockets are among them. */
  get activeRequests(): number {
    return this.#service.active.size;
  }

  /** @internal Begins to listen. */
  *listen(): Coroutine<void> {
    const server = this.#server;
    const listening = this.#loop.createFuture<void>();
    const fail = (error: Error): void => {
      if (!listening.done()) listening.setException(error);
    };
    server.once("error", fail);
    server.once("listening", () => {
      // The name was still being looked up when the wait was cancelled.
      if (this.#state === "closed") server.close();
      else if (!listening.done()) listening.setResult();
    });
    try {
      server.listen(addressOf(this.#options));
      yield* listening;
    } catch (error) {
      this.abort();
      throw isCancelled(error) ? error : listenError(this.#options, error);
    }
    server.off("error", fail);
    server.on("error", (exception) => {
      this.#loop.callExceptionHandler({ message: `Error of the server ${this.url}`, exception });
    });
    this.#address = server.address();
  }

  /**
   * Waits until the server is closed.
   *
   * **Cancellation:** closes the server, and waits for that.
   *
   * asyncio: `Server.serve_forever`.
   */
  serveForever(): Operation<void> {
    return toOperation("serveForever", this.#serveForever());
  }

  /**
   * Stops accepting and begins to end what is there: idle connections are closed, WebSockets are told to go away (1001),
   * requests may go on for the grace time; then they are cancelled and answered by 503. Closing twice does nothing.
   *
   * asyncio: `Server.close`, which leaves the connections alone.
   */
  close(): void {
    if (this.#state !== "listening") return;
    this.#state = "closing";
    const service = this.#service;
    service.closing = true;
    // What is sent from now on leaves a connection that nobody shall use again.
    this.#server.keepAliveTimeout = 1;
    this.#server.close();
    service.post(() => {
      for (const exchange of service.active) exchange.hurry();
      for (const socket of service.webSockets) socket.goAway();
      createTask(this.#drain(), { name: "http server closes" });
    });
  }

  /**
   * Waits until nothing of the server is left: no connection and no task.
   *
   * **Cancellation:** ends the wait only; the server goes on as it was.
   *
   * asyncio: `Server.wait_closed`.
   */
  waitClosed(): Operation<void> {
    return toOperation("waitClosed", this.#waitClosed());
  }

  /** Breaks all connections off and cancels the requests, at once. */
  abort(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    const service = this.#service;
    service.closing = true;
    this.#address = null;
    this.#server.close();
    for (const exchange of service.active) exchange.shutDown();
    for (const socket of this.#sockets) socket.destroy();
    service.dispatcher.task.cancel();
    this.#closed.set();
  }

  /** Gives itself; called by `asyncWith`. Does not wait. */
  enter(): Operation<this> {
    return toOperation("enter", this.#itself());
  }

  /** Closes it and waits until nothing is left; cancelled meanwhile, it aborts. */
  exit(_error: unknown): Operation<boolean> {
    return toOperation("exit", this.#exit());
  }

  *#itself(): Coroutine<this> {
    return this;
  }

  *#exit(): Coroutine<boolean> {
    this.close();
    try {
      yield* this.#waitClosed();
    } catch (error) {
      this.abort();
      throw error;
    }
    return false;
  }

  *#serveForever(): Coroutine<void> {
    try {
      yield* this.#closed.wait();
    } catch (error) {
      yield* this.#exit();
      throw error;
    }
  }

  *#waitClosed(): Coroutine<void> {
    yield* this.#closed.wait();
    yield* this.#untilIdle();
  }

  /** From `close` to the end. */
  *#drain(): Coroutine<void> {
    const { active } = this.#service;
    const grace = this.#options.grace === undefined ? 5 : this.#options.grace;
    try {
      yield* waitFor(this.#untilIdle(), grace);
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      for (const exchange of active) exchange.shutDown();
      try {
        yield* waitFor(this.#untilIdle(), FAREWELL);
      } catch (late) {
        if (!(late instanceof TimeoutError)) throw late;
      }
      for (const socket of this.#sockets) socket.destroy();
      // Cleanup may take its time; only the clients do not wait for it.
      yield* this.#untilIdle();
    }
    this.abort();
  }

  /** Waits for the last request and the last connection. */
  *#untilIdle(): Coroutine<void> {
    yield* this.#service.active.untilIdle();
    yield* this.#drained.wait();
  }
}

/** A server that listens already. */
export function* startServer(handler: Handler, options: ServeOptions): Coroutine<HttpServer> {
  checkHandler(handler);
  checkOptions(options);
  const server = new HttpServer(getRunningLoop(), handler, options);
  yield* server.listen();
  return server;
}

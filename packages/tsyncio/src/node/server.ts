/**
 * A server: what listens, the connections, and the tasks that serve them. Counterpart: `asyncio.Server`.
 */
import type { AddressInfo, Server as NetServer, Socket } from "node:net";
import { LinkedList } from "../collections/linked-list.js";
import { type Context, copyContext } from "../kernel/context.js";
import { type Coroutine, isCoroutine, toAwaited } from "../kernel/coroutine.js";
import { current } from "../kernel/current.js";
import type { Duration } from "../kernel/duration.js";
import { UsageError } from "../kernel/errors.js";
import type { Future } from "../kernel/future.js";
import { Immediate } from "../kernel/immediate.js";
import type { Loop } from "../kernel/loop.js";
import type { Operation } from "../kernel/operation.js";
import { Routine } from "../kernel/routine.js";
import type { Scope } from "../kernel/scope.js";
import type { Task } from "../kernel/task.js";
import { CANCELLED, DONE, Waitable } from "../kernel/waitable.js";
import type { AsyncContextManager } from "../structured/async-context-manager.js";
import { Conditions } from "./conditions.js";
import { type ConnectionHandler, callHandler } from "./connection-handler.js";
import { addressText, NodeTransport } from "./node-transport.js";
import { OpenStreams } from "./open-streams.js";
import { StreamReader } from "./stream-reader.js";
import { type SocketAddress, StreamWriter } from "./stream-writer.js";
import type { Transport } from "./transport.js";

/** How long the connections of a server that ends may go on where nothing else was said. */
const GRACE = 1;
/** How long cancelled handlers may take for their cleanup, and closed connections to send the rest. */
const LAST_GRACE = 1;

/** @internal What a server needs besides its listeners. */
export interface ServerSetup {
  readonly handler: ConnectionHandler;
  readonly limit: number | undefined;
  readonly grace: Duration | undefined;
  /** The path of a Unix socket. */
  readonly path: string | undefined;
  /** Connections begin with a TLS handshake. */
  readonly secure: boolean;
  /** Makes a listener listen no more. */
  close(listener: NetServer): void;
}

/**
 * A server, made by `startServer` and `startUnixServer`; it serves from the beginning.
 *
 * | state | leaves to |
 * | --- | --- |
 * | serving | closed, by `close()` |
 * | closed: nobody is accepted any more | ending, when its time is over; ended, when the last connection is gone |
 * | ending: handlers are cancelled, TLS handshakes come to nothing | ended |
 * | ended | |
 *
 * With `asyncWith` its end comes with the end of the block: it accepts nobody any more, lets the handlers go on for the
 * grace time, cancels those that remain, and closes what connections are left. A server that nobody closed is cut off
 * when its run ends.
 *
 * asyncio: `Server`; there the end of a block waits for the last client, for ever if need be.
 */
export class Server implements AsyncContextManager<Server> {
  /** @internal */
  readonly accepts = true;
  /** @internal */
  readonly loop: Loop;
  readonly #conditions: Conditions;
  readonly #scope: Scope;
  readonly #context: Context;
  readonly #setup: ServerSetup;
  readonly #open: OpenStreams;
  readonly #listeners = new Set<NetServer>();
  /** Those that are open, and those that a task still serves. */
  readonly #connections = new LinkedList<Transport>();
  /** TLS connections, from before their handshakes. */
  readonly #raw = new Set<Socket>();
  #state: "serving" | "closed" | "ending" | "ended" = "serving";
  #forever: Future<void> | undefined;
  /** @internal */
  constructor(loop: Loop, setup: ServerSetup) {
    this.loop = loop;
    this.#conditions = new Conditions(loop);
    this.#scope = loop.currentScope();
    this.#context = copyContext();
    this.#setup = setup;
    this.#open = OpenStreams.of(loop);
    this.#open.servers.add(this);
  }

  /** @internal Serves what connects to `listener`, which is about to listen. */
  serve(listener: NetServer): void {
    const { secure } = this.#setup;
    listener.on(secure ? "secureConnection" : "connection", (socket: Socket) => this.#take(socket));
    if (!secure) return;
    listener.on("connection", (socket: Socket) => {
      void socket.remoteAddress;
      this.#raw.add(socket);
      socket.once("close", () => this.#raw.delete(socket));
    });
  }

  /** @internal `listener` listens. */
  add(listener: NetServer): void {
    this.#listeners.add(listener);
    listener.once("close", () => this.#gone(listener));
    // Accepting may fail for lack of file handles; the server goes on.
    listener.on("error", (exception) => {
      this.loop.callExceptionHandler({ message: "A server could not accept", exception });
    });
  }

  /** @internal Nobody can listen: there is no server. */
  discard(): void {
    this.close();
    this.abortClients();
    this.#open.servers.delete(this);
  }

  #take(socket: Socket): void {
    if (this.#state === "ending") {
      socket.destroy();
      return;
    }
    this.loop.asStep(this.#scope, () => {
      const outer = current.context;
      current.context = this.#context.copy();
      try {
        this.#serve(socket);
      } finally {
        current.context = outer;
      }
    });
  }

  #serve(socket: Socket): void {
    const { handler, path } = this.#setup;
    // Asked now, Node remembers the address for when the connection is lost.
    void socket.remoteAddress;
    const reader = new StreamReader(socket, this.#setup);
    const transport = new NodeTransport(socket, reader, path ?? addressBelow(socket));
    transport.owner = this;
    this.#connections.push(transport);
    try {
      const result = callHandler(handler, reader, new StreamWriter(transport));
      if (result === undefined || (result instanceof Waitable && !isCoroutine(result))) return;
      transport.task = this.loop.createTask(toAwaited(result, "serve a connection"));
      transport.task.addWaiter(transport);
    } catch (exception) {
      this.#report(exception, transport, undefined);
      transport.close();
    }
  }

  /** @internal */
  ended(transport: Transport): void {
    if (transport.task !== undefined) return;
    this.#connections.remove(transport);
    this.#conditions.changed();
  }

  /** @internal */
  served(transport: Transport): void {
    const task = transport.task as Task<unknown>;
    transport.task = undefined;
    if (transport.state === "closed") this.#connections.remove(transport);
    if (task.state === DONE) transport.abandon();
    else {
      if (task.state !== CANCELLED) this.#report(task.takeError(), transport, task);
      transport.close();
    }
    this.#conditions.changed();
  }

  #report(exception: unknown, transport: Transport, task: Task<unknown> | undefined): void {
    this.loop.callExceptionHandler({
      message: "Unhandled exception in the handler of a connection",
      exception,
      peer: transport.describePeer(),
      ...(task === undefined ? {} : { task }),
    });
  }

  /** A listener is closed and the last of its connections gone. */
  #gone(listener: NetServer): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    this.#state = "ended";
    this.#open.servers.delete(this);
    this.#conditions.changed();
  }

  /** Nothing is served: no task, and no connection that a function looks after by itself. */
  #isIdle(): boolean {
    for (const { task, state, abandoned } of this.#connections) {
      if (task !== undefined || (state === "open" && !abandoned)) return false;
    }
    return true;
  }

  get #tasks(): Task<unknown>[] {
    return [...this.#connections].flatMap(({ task }) => task ?? []);
  }

  /** True until it is closed. */
  isServing(): boolean {
    return this.#state === "serving";
  }

  /**
   * The addresses it listens on; none when it is closed.
   *
   * asyncio: `sockets`; these are addresses and no sockets.
   */
  get sockets(): readonly (SocketAddress | string)[] {
    if (this.#state !== "serving") return [];
    return [...this.#listeners].map((listener) => {
      const address = listener.address() as AddressInfo | string;
      return typeof address === "string" ? address : (address as SocketAddress);
    });
  }

  /** The port of the first address, 0 when there is none: of a Unix socket, and of a server that is closed. */
  get port(): number {
    const [first] = this.sockets;
    return first === undefined || typeof first === "string" ? 0 : first.port;
  }

  /** The loop it serves on. */
  getLoop(): Loop {
    return this.loop;
  }

  /** Accepts nobody any more; the connections stay. Closing twice does nothing. */
  close(): void {
    if (this.#state !== "serving") return;
    this.#state = "closed";
    for (const listener of this.#listeners) this.#setup.close(listener);
    if (this.#forever !== undefined && !this.#forever.done()) this.#forever.cancel();
  }

  /** Closes every connection, behind what was written. */
  closeClients(): void {
    for (const transport of this.#connections) transport.close();
  }

  /** Cuts off every connection. */
  abortClients(): void {
    for (const transport of this.#connections) transport.abort();
    for (const socket of this.#raw) socket.destroy();
  }

  /**
   * Waits until it is closed and the last connection is gone. One that is not closed is waited for, too.
   *
   * **Cancellation:** ends the wait.
   *
   * asyncio: `wait_closed`; may wait for ever, too, where a client stays.
   */
  waitClosed(): Operation<void> {
    return new Routine(
      "the end of a server",
      this.#conditions.until(() => this.#state === "ended"),
    );
  }

  /**
   * Serves until the task is cancelled, or `close()` is called elsewhere.
   *
   * **Cancellation:** ends the server as the end of a block does; after `close()` it waits for the last connection.
   *
   * asyncio: `serve_forever`; cancelled, it waits for the last client there.
   * @throws {CancelledError} after `close()`.
   * @throws {UsageError} when it is closed (`ERR_SERVER_CLOSED`) and the second time (`ERR_SERVER_BUSY`).
   */
  serveForever(): Operation<never> {
    return new Routine("serveForever", this.#serveForever());
  }

  *#serveForever(): Coroutine<never> {
    if (this.#forever !== undefined) {
      throw new UsageError(
        "ERR_SERVER_BUSY",
        "Cannot serve: server is already being awaited on serveForever(); wait for that task",
      );
    }
    if (this.#state !== "serving") {
      throw new UsageError("ERR_SERVER_CLOSED", "Cannot serve: server is closed; start a new one");
    }
    const forever = this.loop.createFuture<void>();
    this.#forever = forever;
    try {
      yield* forever;
    } catch (error) {
      if (this.#state === "serving") yield* this.#shutDown();
      else yield* this.waitClosed();
      throw error;
    } finally {
      this.#forever = undefined;
    }
    throw new UsageError("ERR_SERVER_CLOSED", "Cannot serve: server is closed; start a new one");
  }

  /**
   * Gives the block the server, for `asyncWith`.
   *
   * **Cancellation:** does not wait.
   */
  enter(): Coroutine<Server> {
    return new Immediate<Server>(() => this);
  }

  /**
   * Ends the server, for `asyncWith`: accepts nobody any more, waits for the handlers for the grace time, cancels those
   * that remain, and closes the connections.
   *
   * **Cancellation:** cuts off whatever is left.
   */
  exit(_error: unknown): Coroutine<boolean> {
    return new Routine("the end of a server", this.#exit());
  }

  *#exit(): Coroutine<boolean> {
    yield* this.#shutDown();
    return false;
  }

  *#shutDown(): Coroutine<void> {
    this.close();
    try {
      yield* this.#conditions.until(() => this.#isIdle(), this.#setup.grace ?? GRACE);
      this.#cancelHandlers();
      yield* this.#conditions.until(() => this.#tasks.length === 0, LAST_GRACE);
      this.closeClients();
      yield* this.#conditions.until(() => this.#connections.length === 0, LAST_GRACE);
    } finally {
      this.#cancelHandlers();
      this.abortClients();
    }
    if (this.#tasks.length === 0) yield* this.waitClosed();
  }

  /** @internal The run ends. */
  *cutOff(): Coroutine<void> {
    this.close();
    this.#cancelHandlers();
    for (const transport of this.#connections) {
      if (transport.state !== "closing") transport.abort();
    }
    yield* this.#conditions.until(() => this.#connections.length === 0, LAST_GRACE);
    this.abortClients();
    yield* this.#conditions.until(() => this.#state === "ended", LAST_GRACE);
  }

  #cancelHandlers(): void {
    if (this.#state === "closed") this.#state = "ending";
    for (const task of this.#tasks) {
      if (task.cancelling() === 0) task.cancel("the server ends");
    }
  }

  toString(): string {
    const addresses = this.sockets.map((address) =>
      typeof address === "string" ? address : `${address.address}:${address.port}`,
    );
    return `<Server ${this.#state}${addresses.length === 0 ? "" : ` on ${addresses.join(", ")}`}>`;
  }
}

/**
 * The address of a TLS connection that was reset before its handshake was seen to end: Node knows it of the socket below
 * only, which was asked in time. Without it, messages have no address.
 */
function addressBelow(socket: Socket & { readonly _parent?: Socket }): string | undefined {
  if (socket.remoteAddress !== undefined) return undefined;
  const { remoteAddress, remotePort } = socket._parent ?? socket;
  return remoteAddress === undefined ? undefined : addressText(remoteAddress, remotePort as number);
}

/**
 * Listening: TCP, TLS, Unix sockets. Counterpart: `asyncio.start_server` and `start_unix_server`.
 */

import { lookup } from "node:dns/promises";
import { lstatSync, renameSync, statSync, unlinkSync } from "node:fs";
import { createServer, isIP, type ListenOptions, type Server as NetServer } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";
import { fromPromise } from "../interop/from-promise.js";
import { isCancelled } from "../kernel/cancelled-error.js";
import type { Coroutine } from "../kernel/coroutine.js";
import { FINISHED, type Suspension, suspend } from "../kernel/current.js";
import { type Duration, toSeconds } from "../kernel/duration.js";
import { describeValue, typeError } from "../kernel/errors.js";
import type { Loop } from "../kernel/loop.js";
import { Operation } from "../kernel/operation.js";
import { runningLoop } from "../kernel/running-loop.js";
import { DONE, FAILED, PENDING, type State } from "../kernel/waitable.js";
import { ConnectionError, connectionError } from "./connection-error.js";
import type { ConnectionHandler } from "./connection-handler.js";
import { addressText } from "./node-transport.js";
import {
  checkPathLength,
  checkPort,
  milliseconds,
  pick,
  refuseBlocking,
} from "./open-connection.js";
import { Opening } from "./opening.js";
import { Server, type ServerSetup } from "./server.js";
import { HANDSHAKE_TIME } from "./start-tls.js";
import { checkLimit, type StreamReaderOptions } from "./stream-reader.js";

/** What both kinds of servers may be given. */
export interface UnixServerOptions extends StreamReaderOptions {
  /** TLS: what Node's `tls.createServer` takes. */
  readonly tls?: TlsOptions | undefined;
  /** How many connections may wait to be accepted; Node's default is 511. */
  readonly backlog?: number | undefined;
  /** How long handlers may go on when the server ends; a second when none is given. */
  readonly grace?: Duration | undefined;
  /** How long a TLS handshake may take; a minute when none is given. */
  readonly handshakeTime?: Duration | undefined;
}

/** What a TCP server may be given; where nothing else is said, what Node's `net.createServer` does with it. */
export interface ServerOptions extends UnixServerOptions {
  /** Sends small packets at once; true when nothing is said. */
  readonly noDelay?: boolean | undefined;
  /** Asks silent peers from time to time whether they are still there. */
  readonly keepAlive?: boolean | undefined;
  /** How long a peer may be silent before the first of these. */
  readonly keepAliveInitialDelay?: Duration | undefined;
  /** On `::`, leaves IPv4 alone. */
  readonly ipv6Only?: boolean | undefined;
  /** In a cluster, listens by itself. */
  readonly exclusive?: boolean | undefined;
}

/** Where to listen, and what to call it. */
interface Place {
  readonly name: string;
  readonly options: ListenOptions;
}

class Listen extends Operation<void> {
  readonly #listener: NetServer;
  readonly #place: Place;

  constructor(listener: NetServer, place: Place) {
    super();
    this.#listener = listener;
    this.#place = place;
  }

  begin(loop: Loop): IteratorResult<Suspension, void> {
    const listener = this.#listener;
    listener.once("listening", this.#onListening);
    listener.once("error", this.#onError);
    try {
      listener.listen(this.#place.options);
    } catch (error) {
      throw connectionError("listen on", this.#place.name, error);
    }
    if (listener.listening) {
      this.leave();
      return FINISHED as IteratorReturnResult<void>;
    }
    loop.promisesPending++;
    return suspend(this);
  }

  readonly #onListening = (): void => {
    if (this.state === PENDING) this.finish(DONE, undefined);
  };

  readonly #onError = (error: unknown): void => {
    if (this.state !== PENDING) return;
    this.finish(FAILED, connectionError("listen on", this.#place.name, error));
  };

  override finish(state: State, value: unknown): void {
    (this.loop as Loop).promisesPending--;
    super.finish(state, value);
  }

  override leave(): void {
    this.#listener.off("listening", this.#onListening);
    this.#listener.off("error", this.#onError);
  }

  describe(): string {
    return `listening on ${this.#place.name}`;
  }
}

/** Starts a server on `places`. An address that this machine has not is passed over when there are others. */
function* serveOn(
  places: readonly Place[],
  make: () => NetServer,
  setup: ServerSetup,
): Coroutine<Server> {
  const server = new Server(runningLoop("start a server"), setup);
  let missing: unknown;
  let listening = 0;
  try {
    for (const place of places) {
      const listener = make();
      server.serve(listener);
      try {
        yield* new Listen(listener, place);
        server.add(listener);
        listening++;
      } catch (error) {
        listener.close();
        if (!(error instanceof ConnectionError) || error.code !== "EADDRNOTAVAIL") throw error;
        missing = error;
      }
    }
    if (listening === 0) throw missing;
    return server;
  } catch (error) {
    server.discard();
    throw error;
  }
}

/** The addresses to listen on: those that the name of the machine stands for, all when there is no name. */
function* placesOf(
  host: string | readonly string[] | null,
  port: number,
  options: ServerOptions,
): Coroutine<Place[]> {
  const common = { port, ...pick(options, ["backlog", "ipv6Only", "exclusive"]) };
  if (host === null) return [{ name: `port ${port}`, options: common }];
  const places = new Map<string, Place>();
  for (const name of typeof host === "string" ? [host] : host) {
    for (const address of yield* addressesOf(name, port)) {
      const called = name === address ? name : `${name} (${address})`;
      places.set(address, {
        name: addressText(called, port),
        options: { ...common, host: address },
      });
    }
  }
  return [...places.values()];
}

function* addressesOf(name: string, port: number): Coroutine<string[]> {
  if (isIP(name) !== 0) return [name];
  try {
    const found = yield* fromPromise(lookup(name, { all: true }));
    return found.map(({ address }) => address);
  } catch (error) {
    throw isCancelled(error) ? error : connectionError("listen on", addressText(name, port), error);
  }
}

/**
 * Listens on `port` of `host` and serves each connection by `handler(reader, writer)`. What the handler returns, a
 * coroutine, becomes a task of the run; a handler that returns nothing looks after the connection by itself.
 *
 * An error of a handler reaches the loop's exception handler, and its connection is closed. Returning closes nothing:
 * call `writer.close()`; a connection whose handler has returned is closed when the peer has ended its side.
 *
 * With `asyncWith(startServer(...), function* (server) { … })` the server ends with the block.
 *
 * **Cancellation:** leaves nothing listening.
 *
 * asyncio: `start_server`; `ssl` is `tls` here, the options for sockets are Node's.
 * @param host - a name or an IP address of this machine, or several; null for every address.
 * @param port - 0 for any that is free: see `server.sockets`.
 * @throws {ConnectionError} when the address cannot be listened on (`EADDRINUSE`, `EACCES`, …).
 * @throws {UsageError} on a host without I/O (`ERR_NO_IO`).
 */
export function startServer(
  handler: ConnectionHandler,
  host: string | readonly string[] | null,
  port: number,
  options: ServerOptions = {},
): Opening<Server> {
  checkHandler(handler);
  checkHost(host);
  checkPort(port, "listen");
  const { limit, grace, tls, noDelay = true, keepAliveInitialDelay } = options;
  checkOptions(options);
  const socketOptions = {
    noDelay,
    ...pick(options, ["keepAlive"]),
    ...milliseconds({ keepAliveInitialDelay }),
  };
  const setup: ServerSetup = {
    handler,
    limit,
    grace,
    path: undefined,
    secure: tls !== undefined,
    close: (listener) => listener.close(),
  };
  function* start(): Coroutine<Server> {
    refuseBlocking(runningLoop("start a server"), `listen on port ${port}`);
    const places = yield* placesOf(host, port, options);
    return yield* serveOn(places, () => listenerFor(options, socketOptions), setup);
  }
  return new Opening("startServer", start());
}

/**
 * Listens on the Unix socket `path` and serves each connection by `handler(reader, writer)`, as `startServer` does. A
 * socket that was left at the path is removed before, and the server's own when it is closed, unless another server has
 * taken the path over.
 *
 * **Cancellation:** leaves nothing listening.
 *
 * asyncio: `start_unix_server`.
 * @throws {ConnectionError} when the path cannot be listened on (`EADDRINUSE`, `EACCES`, …), or is too long
 * (`ENAMETOOLONG`).
 * @throws {UsageError} on a host without I/O (`ERR_NO_IO`).
 */
export function startUnixServer(
  handler: ConnectionHandler,
  path: string,
  options: UnixServerOptions = {},
): Opening<Server> {
  checkHandler(handler);
  if (typeof path !== "string" || path === "") {
    throw typeError(
      "ERR_INVALID_ARG",
      `Cannot listen: path must be a path, got ${describeValue(path)}`,
    );
  }
  checkPathLength(path, "listen on");
  const { limit, grace, tls } = options;
  checkOptions(options);
  const abstract = path.startsWith("\0");
  let inode: number | undefined;
  const setup: ServerSetup = {
    handler,
    limit,
    grace,
    path,
    secure: tls !== undefined,
    close: (listener) => closeUnix(listener, path, inode),
  };
  const place: Place = { name: path, options: { path, ...pick(options, ["backlog"]) } };
  function* start(): Coroutine<Server> {
    refuseBlocking(runningLoop("start a server"), `listen on ${path}`);
    if (!abstract) removeStale(path);
    const server = yield* serveOn([place], () => listenerFor(options, {}), setup);
    if (!abstract) inode = inodeOf(path);
    return server;
  }
  return new Opening("startUnixServer", start());
}

function listenerFor(options: UnixServerOptions, socketOptions: object): NetServer {
  const { tls, handshakeTime = HANDSHAKE_TIME } = options;
  if (tls === undefined) return createServer({ allowHalfOpen: true, ...socketOptions });
  return createTlsServer({
    ...milliseconds({ handshakeTimeout: handshakeTime }),
    ...tls,
    ...socketOptions,
  });
}

function removeStale(path: string): void {
  try {
    if (lstatSync(path).isSocket()) unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw connectionError("listen on", path, error);
  }
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino;
}

/** Node removes whatever is at the path; another server's socket is put aside meanwhile. */
function closeUnix(listener: NetServer, path: string, inode: number | undefined): void {
  const there = inode === undefined ? undefined : inodeOf(path);
  if (there === undefined || there === inode) {
    listener.close();
    return;
  }
  const aside = `${path}.${process.pid}`;
  renameSync(path, aside);
  listener.close();
  renameSync(aside, path);
}

function checkHandler(handler: unknown): void {
  if (typeof handler === "function") return;
  throw typeError(
    "ERR_INVALID_ARG",
    `Cannot start a server: expected a function* (reader, writer) as handler, got ${describeValue(handler)}`,
  );
}

function checkHost(host: unknown): void {
  if (host === null) return;
  const names: unknown[] = Array.isArray(host) ? host : [host];
  if (names.length > 0 && names.every((name) => typeof name === "string" && name !== "")) return;
  throw typeError(
    "ERR_INVALID_ARG",
    `Cannot listen: host must be a name, several, or null for every address, got ${names.length === 0 ? "an empty list" : describeValue(host)}`,
  );
}

/** What is used later only, where nobody would see the error. */
function checkOptions({ limit, grace, handshakeTime }: UnixServerOptions): void {
  checkLimit(limit);
  if (grace !== undefined) toSeconds(grace, "grace");
  if (handshakeTime !== undefined) toSeconds(handshakeTime, "handshakeTime");
}

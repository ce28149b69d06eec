/**
 * Connections from this side: TCP, TLS, Unix sockets. Node does the work: names, Happy Eyeballs, handshakes.
 * Counterpart: `asyncio.open_connection`.
 */
import {
  connect as connectPlain,
  type IpcNetConnectOpts,
  isIP,
  type Socket,
  type TcpNetConnectOpts,
} from "node:net";
import { connect as connectTls, type ConnectionOptions as TlsOptions } from "node:tls";
import type { HeapItem } from "../collections/timer-heap.js";
import type { CancelRequest } from "../kernel/cancelled-error.js";
import type { Coroutine } from "../kernel/coroutine.js";
import { type Suspension, suspend } from "../kernel/current.js";
import { type Duration, toSeconds } from "../kernel/duration.js";
import { describeValue, TimeoutError, typeError, UsageError } from "../kernel/errors.js";
import type { Loop } from "../kernel/loop.js";
import { Operation } from "../kernel/operation.js";
import { DONE, FAILED, PENDING, type State } from "../kernel/waitable.js";
import type { AsyncContextManager } from "../structured/async-context-manager.js";
import { ConnectionError, connectionError } from "./connection-error.js";
import { addressText, NodeTransport } from "./node-transport.js";
import { OpenStreams } from "./open-streams.js";
import { HANDSHAKE_TIME } from "./start-tls.js";
import { checkLimit, StreamReader, type StreamReaderOptions } from "./stream-reader.js";
import { StreamWriter } from "./stream-writer.js";

/** Both ends of a connection. */
export type Streams = [reader: StreamReader, writer: StreamWriter];

/** What both kinds of connections may be given. */
export interface UnixConnectionOptions extends StreamReaderOptions {
  /** TLS: true, or what Node's `tls.connect` takes besides the address. */
  readonly tls?: boolean | TlsOptions | undefined;
  /** How long it may take until the streams are there, TLS handshake included; no limit when none is given. */
  readonly timeout?: Duration | undefined;
  /** How long the TLS handshake may take; a minute when none is given. */
  readonly handshakeTime?: Duration | undefined;
}

/** What a TCP connection may be given; where nothing else is said, what Node's `net.connect` does with it. */
export interface ConnectionOptions
  extends UnixConnectionOptions,
    Pick<TcpNetConnectOpts, "localAddress" | "localPort" | "hints" | "family" | "lookup"> {
  /** Sends small packets at once; true when nothing is said. */
  readonly noDelay?: boolean | undefined;
  /** Asks a silent peer from time to time whether it is still there. */
  readonly keepAlive?: boolean | undefined;
  /** How long the peer may be silent before the first of these. */
  readonly keepAliveInitialDelay?: Duration | undefined;
  /** Tries IPv6 and IPv4 in turns when the name has both (Happy Eyeballs); Node's default is true. */
  readonly autoSelectFamily?: boolean | undefined;
  /** How long one of these tries may take before the next begins; Node's default is a quarter of a second. */
  readonly autoSelectFamilyAttemptTimeout?: Duration | undefined;
}

/** A connection that is being made: awaited it gives the streams, by `asyncWith` it also ends them. */
export class Connecting extends Operation<Streams> implements AsyncContextManager<Streams> {
  heapIndex = -1;
  readonly #address: string;
  readonly #options: UnixConnectionOptions;
  readonly #target: TcpNetConnectOpts | IpcNetConnectOpts;
  readonly #host: string | undefined;
  readonly #handshakeSeconds: number;
  #socket: Socket | undefined;
  #handshake: (HeapItem & { run(): void }) | undefined;
  #made: Streams | undefined;

  /** @internal */
  constructor(
    address: string,
    host: string | undefined,
    target: TcpNetConnectOpts | IpcNetConnectOpts,
    options: UnixConnectionOptions,
  ) {
    super();
    checkLimit(options.limit);
    // Later there is nobody to raise it to.
    this.#handshakeSeconds = toSeconds(options.handshakeTime ?? HANDSHAKE_TIME, "handshakeTime");
    this.#address = address;
    this.#host = host;
    this.#target = target;
    this.#options = options;
  }

  /**
   * Connects; called by `asyncWith`.
   *
   * **Cancellation:** leaves no connection.
   */
  enter(): Coroutine<Streams> {
    return this;
  }

  /**
   * Closes the connection and waits for it; cuts it off after an error. Called by `asyncWith`.
   *
   * **Cancellation:** cuts the connection off.
   */
  exit(error: unknown): Coroutine<boolean> {
    return (this.#made as Streams)[1].exit(error);
  }

  /** @internal */
  begin(loop: Loop): IteratorResult<Suspension, Streams> {
    refuseBlocking(loop, `connect to ${this.#address}`);
    const { timeout } = this.#options;
    const seconds = timeout === undefined ? Infinity : toSeconds(timeout, "timeout");
    const socket = this.#open();
    this.#socket = socket;
    socket.on("error", this.#onError);
    loop.promisesPending++;
    if (seconds !== Infinity) loop.addTimer(loop.time() + seconds, this);
    return suspend(this);
  }

  #open(): Socket {
    const { tls } = this.#options;
    if (tls === undefined || tls === false) {
      return connectPlain({ ...this.#target, allowHalfOpen: true }, this.#onConnected);
    }
    const given = tls === true ? {} : tls;
    const name = this.#host !== undefined && isIP(this.#host) === 0 ? this.#host : undefined;
    const socket = connectTls({
      ...(name === undefined ? {} : { servername: name }),
      ...given,
      ...(this.#target as object),
    });
    socket.once("connect", this.#limitHandshake);
    socket.once("secureConnect", this.#onConnected);
    return socket;
  }

  readonly #limitHandshake = (): void => {
    if (this.state !== PENDING) return;
    const loop = this.loop as Loop;
    const seconds = this.#handshakeSeconds;
    const run = (): void => this.#late("the TLS handshake", seconds);
    this.#handshake = { heapIndex: -1, run };
    loop.addTimer(loop.time() + seconds, this.#handshake);
  };

  readonly #onConnected = (): void => {
    if (this.state !== PENDING) return;
    const socket = this.#socket as Socket;
    // Node does this for sockets without TLS only.
    const { noDelay, keepAlive, keepAliveInitialDelay } = this.#target as TcpNetConnectOpts;
    if (noDelay === true) socket.setNoDelay(true);
    if (keepAlive === true) socket.setKeepAlive(true, keepAliveInitialDelay);
    const reader = new StreamReader(socket, this.#options);
    const transport = new NodeTransport(socket, reader, this.#address, this.#host);
    socket.off("error", this.#onError);
    this.#made = [reader, new StreamWriter(transport)];
    this.finish(DONE, this.#made);
  };

  readonly #onError = (error: unknown): void => {
    if (this.state !== PENDING) return;
    this.finish(FAILED, connectionError("connect to", this.#address, error));
  };

  /** @internal The deadline has come. */
  run(): void {
    this.#late("the connection", toSeconds(this.#options.timeout as Duration));
  }

  #late(what: string, seconds: number): void {
    if (this.state !== PENDING) return;
    this.#drop();
    const message = `Cannot connect to ${this.#address}: ${what} took more than ${seconds} s; check the network, or allow more time`;
    this.finish(FAILED, new TimeoutError(message));
  }

  /** @internal */
  override finish(state: State, value: unknown): void {
    const loop = this.loop as Loop;
    loop.promisesPending--;
    loop.removeTimer(this);
    if (this.#handshake !== undefined) loop.removeTimer(this.#handshake);
    super.finish(state, value);
  }

  /** @internal */
  override cancelWith(request: CancelRequest): boolean {
    if (this.state === PENDING) this.#drop();
    return super.cancelWith(request);
  }

  /** @internal */
  override resume(): IteratorResult<Suspension, Streams> {
    const { state, loop } = this;
    if (state === DONE) {
      const [, writer] = this.value as Streams;
      const { transport } = writer;
      if (transport.state !== "closed") OpenStreams.of(loop as Loop).add(transport);
    }
    return super.resume();
  }

  /** @internal Cancelled after it was made: nobody gets it. */
  override throw(error: unknown): IteratorResult<Suspension, Streams> {
    this.#made?.[1].abort();
    return super.throw(error);
  }

  /** Gives the socket up; it may still have an error to tell. */
  #drop(): void {
    const socket = this.#socket as Socket;
    socket.destroy();
  }

  /** @internal */
  describe(): string {
    return `a connection to ${this.#address}`;
  }
}

/** @internal Real I/O needs a host that lets the engine's events come. */
export function refuseBlocking(loop: Loop, action: string): void {
  if (loop.host.waitUntil === undefined) return;
  throw new UsageError(
    "ERR_NO_IO",
    `Cannot ${action}: the ${loop.host.name} host has no I/O while it blocks its thread; use run(), or memoryStreams() in its place`,
  );
}

/**
 * Connects to `port` of `host` and gives `[reader, writer]`. With `asyncWith` the connection is closed at the end of the
 * block. What a run has not closed is cut off when the run ends.
 *
 * **Cancellation:** leaves no connection.
 *
 * asyncio: `open_connection`; `ssl` is `tls` here, and `timeout` is there as `wait_for` only.
 * @param host - a name or an IP address.
 * @throws {ConnectionError} when it is refused, the name does not resolve, or the certificate does not fit; its `code` is
 * the system's.
 * @throws {TimeoutError} when `timeout` is over.
 * @throws {UsageError} on a host without I/O (`ERR_NO_IO`).
 */
export function openConnection(
  host: string,
  port: number,
  options: ConnectionOptions = {},
): Connecting {
  if (typeof host !== "string" || host === "") throw badTarget("host must be a name", host);
  checkPort(port, "connect");
  const { keepAliveInitialDelay, autoSelectFamilyAttemptTimeout, noDelay = true } = options;
  const target = {
    host,
    port,
    noDelay,
    ...(pick(options, ["localAddress", "localPort", "hints", "family", "lookup"]) as object),
    ...(pick(options, ["keepAlive", "autoSelectFamily"]) as object),
    ...milliseconds({ keepAliveInitialDelay, autoSelectFamilyAttemptTimeout }),
  };
  return new Connecting(addressText(host, port), host, target, options);
}

/**
 * Connects to the Unix socket at `path` and gives `[reader, writer]`. With `asyncWith` the connection is closed at the
 * end of the block.
 *
 * **Cancellation:** leaves no connection.
 *
 * asyncio: `open_unix_connection`.
 * @throws {ConnectionError} when nobody listens there, or the path is too long (`ENAMETOOLONG`); its `code` is the
 * system's.
 * @throws {TimeoutError} when `timeout` is over.
 * @throws {UsageError} on a host without I/O (`ERR_NO_IO`).
 */
export function openUnixConnection(path: string, options: UnixConnectionOptions = {}): Connecting {
  if (typeof path !== "string" || path === "") throw badTarget("path must be a path", path);
  checkPathLength(path, "connect to");
  return new Connecting(path, undefined, { path }, options);
}

/** Bytes that the address of a Unix socket may have; Windows has none of these. */
const LONGEST_PATHS: Readonly<Record<string, number>> = { darwin: 103, win32: Infinity };
const LONGEST_PATH = LONGEST_PATHS[process.platform] ?? 107;

/** @internal Node cuts off what is too long, and uses another path. */
export function checkPathLength(path: string, action: string): void {
  const length = Buffer.byteLength(path);
  if (length <= LONGEST_PATH) return;
  throw new ConnectionError(
    "ENAMETOOLONG",
    `Cannot ${action} ${path}: AF_UNIX path too long, ${length} bytes of at most ${LONGEST_PATH}; choose a shorter path, or a relative one`,
    path,
  );
}

/** @internal */
export function checkPort(port: unknown, action: string): void {
  if (Number.isInteger(port) && (port as number) >= 0 && (port as number) < 65_536) return;
  throw typeError(
    "ERR_INVALID_ARG",
    `Cannot ${action}: port must be a number from 0 to 65535, got ${describeValue(port)}`,
  );
}

function badTarget(expected: string, got: unknown): TypeError {
  return typeError("ERR_INVALID_ARG", `Cannot connect: ${expected}, got ${describeValue(got)}`);
}

/** @internal Those of `keys` that `options` has. */
export function pick(options: object, keys: readonly string[]): Record<string, unknown> {
  const given = Object.entries(options).filter(([key, value]) => {
    return keys.includes(key) && value !== undefined;
  });
  return Object.fromEntries(given);
}

/** @internal Durations as Node takes them. */
export function milliseconds(
  durations: Record<string, Duration | undefined>,
): Record<string, number> {
  const given = Object.entries(durations).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    given.map(([key, value]) => [key, Math.round(toSeconds(value as Duration, key) * 1000)]),
  );
}

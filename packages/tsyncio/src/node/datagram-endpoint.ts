/**
 * UDP for coroutines, on `node:dgram`: an endpoint that sends and receives, and no callbacks. Leaves out Unix datagram
 * sockets, which Node has not; multicast, TTL and buffer sizes are set on `socket`. Counterpart:
 * `loop.create_datagram_endpoint` with its transport and protocol.
 */
import type { RemoteInfo, Socket } from "node:dgram";
import { type Context, copyContext } from "../kernel/context.js";
import type { Coroutine } from "../kernel/coroutine.js";
import { describeValue, rangeError, typeError } from "../kernel/errors.js";
import { Immediate } from "../kernel/immediate.js";
import type { Loop } from "../kernel/loop.js";
import type { Operation } from "../kernel/operation.js";
import { Routine } from "../kernel/routine.js";
import type { AsyncContextManager } from "../structured/async-context-manager.js";
import { Event } from "../sync/event.js";
import { connectionError } from "./connection-error.js";
import { type Datagram, DatagramBuffer, endpointClosed } from "./datagram-buffer.js";
import { type DatagramAddress, Outgoing, Send } from "./datagram-send.js";
import { addressText } from "./node-transport.js";
import type { SocketAddress } from "./stream-writer.js";

const END: IteratorReturnResult<undefined> = { value: undefined, done: true };

/** @internal What an endpoint is made of. */
export interface EndpointParts {
  readonly loop: Loop;
  readonly socket: Socket;
  readonly limit: number;
  readonly connected: boolean;
  readonly onError: ((error: Error) => void) | undefined;
}

/**
 * A UDP socket, by `createDatagramEndpoint`.
 *
 * | state | leaves to |
 * | --- | --- |
 * | opening: not given to anybody | open, closed |
 * | open | closing, closed |
 * | closing: what was sent leaves | closed |
 * | closed: the system's socket is gone | |
 *
 * U1. An error never closes it; it is raised by the send that it belongs to, or reported, see `receive`.
 * U2. When it closes, the datagrams nobody has taken are dropped, and whoever waits to receive gets an error.
 * U3. It is closed at the end of its run at the latest.
 *
 * By `asyncWith` it is closed at the end of the block.
 *
 * **Cancellation:** of who waits takes nothing and leaves it as it is.
 *
 * asyncio: `DatagramTransport` and `DatagramProtocol` in one.
 */
export class DatagramEndpoint implements AsyncContextManager<DatagramEndpoint> {
  /** Node's socket, for what is not here: multicast, TTL, the system's buffers. */
  readonly socket: Socket;
  readonly #loop: Loop;
  readonly #context: Context = copyContext();
  readonly #connected: boolean;
  readonly #onError: ((error: Error) => void) | undefined;
  readonly #received: DatagramBuffer;
  readonly #outgoing: Outgoing;
  readonly #closed = new Event();
  /** Between binding and connecting, anybody may send. */
  #filters: boolean;
  #state: "opening" | "open" | "closing" | "closed" = "opening";
  #local: SocketAddress | undefined;
  #remote: SocketAddress | undefined;

  /** @internal */
  constructor({ loop, socket, limit, connected, onError }: EndpointParts) {
    this.#loop = loop;
    this.socket = socket;
    this.#connected = connected;
    this.#filters = connected;
    this.#onError = onError;
    this.#received = new DatagramBuffer(limit, () => this.#place());
    this.#outgoing = new Outgoing(socket, () => {
      if (this.#state === "closing") this.#end();
    });
    socket.on("message", (data: Buffer, from: RemoteInfo) => this.#message(data, from));
    socket.on("error", (cause) => this.#failed(cause));
    socket.on("connect", () => {
      this.#filters = false;
    });
    // U3.
    const { timers } = loop.currentScope();
    const closer = { cancel: (): void => this.abort() };
    timers.add(closer);
    socket.on("close", () => {
      timers.delete(closer);
      this.#gone();
    });
  }

  /** @internal The socket is bound, and connected if it is to be. */
  opened(): this {
    const { address, port, family } = this.socket.address();
    this.#local = { address, port, family: family as SocketAddress["family"] };
    if (this.#connected) {
      const remote = this.socket.remoteAddress();
      this.#remote = {
        address: remote.address,
        port: remote.port,
        family: remote.family as SocketAddress["family"],
      };
    }
    this.#state = "open";
    return this;
  }

  /** Where it receives. */
  get localAddress(): SocketAddress {
    return this.#local as SocketAddress;
  }

  /** The only one it sends to and receives from, undefined when it was made without `remote`. */
  get remoteAddress(): SocketAddress | undefined {
    return this.#remote;
  }

  /** How many datagrams that had come were dropped, because too many waited to be taken. */
  get dropped(): number {
    return this.#received.dropped;
  }

  /** True once it closes. */
  isClosing(): boolean {
    return this.#state === "closing" || this.#state === "closed";
  }

  /**
   * Sends a datagram, and waits until the system has taken it. That says nothing about its arrival. Always yields to the
   * loop.
   *
   * **Cancellation:** ends the wait; the datagram may be sent all the same.
   *
   * asyncio: `DatagramTransport.sendto`, which neither waits nor raises.
   * @param data - bytes, or text as UTF-8; may be empty. Not to be changed before it is sent.
   * @param to - where to; left out on an endpoint with `remote`.
   * @throws {ConnectionError} when the system refuses it (`EMSGSIZE`, `ENETUNREACH`, …), or the name of `to` is not
   * resolved; also when the system reports that an earlier datagram was refused (`ECONNREFUSED`).
   * @throws {RangeError} when `to` is not the `remote` of an endpoint that has one (`ERR_INVALID_ARG`).
   * @throws {UsageError} when it is closed, or closes meanwhile by `abort` (`ERR_ENDPOINT_CLOSED`).
   */
  send(data: Uint8Array | string, to?: DatagramAddress): Operation<void> {
    const { bytes, target } = this.#check(data, to);
    return new Send(
      (sent) => this.#transmit(bytes, target, sent),
      addressText(target.address, target.port),
    );
  }

  /**
   * Sends a datagram without waiting, for callbacks. What goes wrong is reported as by the network, see `receive`.
   *
   * asyncio: `DatagramTransport.sendto`, which buffers without bound.
   * @throws {QueueFull} when more than 64 KiB are on the way.
   * @throws as `send` does for its arguments and when it is closed.
   */
  sendNowait(data: Uint8Array | string, to?: DatagramAddress): void {
    const { bytes, target } = this.#check(data, to);
    this.#outgoing.checkRoom();
    this.#transmit(bytes, target, (error) => {
      if (error !== undefined) this.#report(error as Error);
    });
  }

  /**
   * Takes the next datagram, or waits for it; several who wait get one each, in order. Yields to the loop only when it
   * must wait. An error that the network reports (nobody listens at `remote`) is raised here once, in its place among the
   * datagrams, unless the endpoint was made with `onError`; the next call goes on.
   *
   * **Cancellation:** nothing was taken.
   *
   * asyncio: `DatagramProtocol.datagram_received` and `error_received`.
   * @throws {ConnectionError} what the network has reported (`ECONNREFUSED`).
   * @throws {UsageError} when it is closed, or closes meanwhile (`ERR_ENDPOINT_CLOSED`).
   */
  receive(): Operation<Datagram> {
    return this.#received.receive();
  }

  /** The datagrams as they come, until it is closed; an error that is reported ends the iteration, not the endpoint. */
  [Symbol.asyncIterator](): { next(): Operation<IteratorResult<Datagram, undefined>> } {
    return { next: () => new Routine("the next datagram", this.#next()) };
  }

  *#next(): Coroutine<IteratorResult<Datagram, undefined>> {
    try {
      return { value: yield* this.receive(), done: false };
    } catch (error) {
      if ((error as { code?: unknown }).code === "ERR_ENDPOINT_CLOSED") return END;
      throw error;
    }
  }

  /**
   * Closes it when what was sent has left. Datagrams that nobody has taken are dropped. Twice does no harm.
   *
   * asyncio: `DatagramTransport.close`.
   */
  close(): void {
    if (this.isClosing()) return;
    this.#state = "closing";
    this.#received.close();
    if (this.#outgoing.idle) this.#end();
  }

  /**
   * Closes it at once: what was sent and has not left is lost.
   *
   * asyncio: `DatagramTransport.abort`.
   */
  abort(): void {
    this.close();
    this.#outgoing.abort(this.#place());
    this.#end();
  }

  /**
   * Waits until it is closed. Yields to the loop only when it must wait.
   *
   * **Cancellation:** ends the wait.
   *
   * asyncio: none; `DatagramProtocol.connection_lost`.
   */
  waitClosed(): Operation<true> {
    return this.#closed.wait();
  }

  /**
   * Begins the block; called by `asyncWith`.
   *
   * **Cancellation:** does not wait.
   */
  enter(): Coroutine<DatagramEndpoint> {
    return new Immediate<DatagramEndpoint>(() => this);
  }

  /**
   * Closes it, at once when an error leaves the block, and waits for that; called by `asyncWith`.
   *
   * **Cancellation:** closes it at once.
   */
  *exit(error: unknown): Coroutine<boolean> {
    if (error === undefined) this.close();
    else this.abort();
    try {
      yield* this.waitClosed();
    } finally {
      this.abort();
    }
    return false;
  }

  #check(
    data: Uint8Array | string,
    to: DatagramAddress | undefined,
  ): { bytes: Uint8Array; target: DatagramAddress } {
    if (this.isClosing()) throw endpointClosed("send from", this.#place());
    if (typeof data !== "string" && !(data instanceof Uint8Array)) {
      throw typeError(
        "ERR_INVALID_ARG",
        `Cannot send datagram: expected a Uint8Array or a string, got ${describeValue(data)}`,
      );
    }
    const remote = this.#remote;
    const target = to ?? remote;
    if (target === undefined) {
      throw typeError(
        "ERR_INVALID_ARG",
        "Cannot send datagram: the endpoint has no remote; say where to: send(data, { address, port })",
      );
    }
    if (
      remote !== undefined &&
      (target.port !== remote.port || target.address !== remote.address)
    ) {
      throw rangeError(
        "ERR_INVALID_ARG",
        `Cannot send datagram to ${addressText(target.address, target.port)}: the endpoint is connected to ${addressText(remote.address, remote.port)}; leave the address out`,
      );
    }
    if (!Number.isInteger(target.port) || target.port < 1 || target.port > 65_535) {
      throw rangeError(
        "ERR_INVALID_ARG",
        `Cannot send datagram: port must be a number from 1 to 65535, got ${describeValue(target.port)}`,
      );
    }
    return { bytes: typeof data === "string" ? Buffer.from(data) : data, target };
  }

  #transmit(data: Uint8Array, target: DatagramAddress, sent: (error: unknown) => void): void {
    if (this.isClosing()) throw endpointClosed("send from", this.#place());
    this.#outgoing.send(data, this.#connected ? undefined : target, target, sent);
  }

  #message(data: Buffer, { address, port, family }: RemoteInfo): void {
    if (this.#filters || this.isClosing()) return;
    this.#received.add({ data, from: { address, port, family } });
  }

  #failed(cause: Error): void {
    // Who opens it hears of it, too.
    if (this.#state !== "open") return;
    const { address, port } = this.#remote ?? this.localAddress;
    const action = this.#connected ? "receive from" : "receive at";
    this.#report(connectionError(action, addressText(address, port), cause));
  }

  #report(error: Error): void {
    if (this.isClosing()) return;
    const onError = this.#onError;
    if (onError === undefined) this.#received.addError(error);
    else this.#loop.callSoon(() => onError(error), { context: this.#context });
  }

  #end(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.socket.close();
  }

  /** The socket has gone, whoever closed it. */
  #gone(): void {
    this.#state = "closed";
    this.#received.close();
    this.#outgoing.abort(this.#place());
    this.#closed.set();
  }

  #place(): string {
    if (this.#local === undefined) return "an endpoint that is being opened";
    return addressText(this.#local.address, this.#local.port);
  }
}

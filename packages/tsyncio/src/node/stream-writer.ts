/**
 * The writing end of a byte stream: what programs see of a transport. Counterpart: `asyncio.StreamWriter`.
 */
import type { Socket } from "node:net";
import type { PeerCertificate, TLSSocket } from "node:tls";
import type { Coroutine } from "../kernel/coroutine.js";
import { describeValue, typeError } from "../kernel/errors.js";
import { Immediate } from "../kernel/immediate.js";
import type { Operation } from "../kernel/operation.js";
import { Routine } from "../kernel/routine.js";
import type { AsyncContextManager } from "../structured/async-context-manager.js";
import type { NodeTransport } from "./node-transport.js";
import { type StartTlsOptions, upgrade } from "./start-tls.js";
import type { Transport } from "./transport.js";
import { Drain, WaitClosed } from "./transport-waits.js";

/** One end of a TCP connection. */
export interface SocketAddress {
  /** The IP address. */
  readonly address: string;
  /** The port. */
  readonly port: number;
  /** The kind of address. */
  readonly family: "IPv4" | "IPv6";
}

/** What `getExtraInfo` can tell. */
export interface ExtraInfo {
  /** The other end: an address, or the path of a Unix socket. */
  readonly peername: SocketAddress | string;
  /** This end: an address, or the path of a Unix socket. */
  readonly sockname: SocketAddress | string;
  /** Node's socket. */
  readonly socket: Socket;
  /** Node's TLS socket. */
  readonly sslObject: TLSSocket;
  /** The certificate of the other end. */
  readonly peercert: PeerCertificate;
  /** The cipher of a TLS connection. */
  readonly cipher: { readonly name: string; readonly version: string };
}

/**
 * The writing end of a byte stream. `write` takes the bytes at once and sends them when it can; `drain` waits while too
 * many are on the way. Write, then drain: who only writes fills the memory when the peer is slow.
 *
 * With `asyncWith` the stream is closed at the end of the block, and cut off when an error leaves it.
 *
 * **Cancellation:** what was written is sent all the same; `close()` and `abort()` end the stream.
 *
 * asyncio: `StreamWriter`; there it is no context manager.
 */
export class StreamWriter implements AsyncContextManager<StreamWriter> {
  /** @internal */
  readonly transport: Transport;

  /** @internal */
  constructor(transport: Transport) {
    this.transport = transport;
  }

  /**
   * Sends `data`, text as UTF-8. Never waits. On a connection that is closed or lost it does nothing; `drain()` raises
   * then.
   *
   * asyncio: `write`; takes no text there. The bytes must not be changed before they are sent.
   * @throws {TypeError} for what is neither bytes nor text (`ERR_INVALID_ARG`).
   * @throws {UsageError} after `writeEof()` (`ERR_WRITE_AFTER_EOF`).
   */
  write(data: Uint8Array | string): void {
    if (typeof data !== "string" && !(data instanceof Uint8Array)) throw notBytes(data);
    this.transport.write(data);
  }

  /**
   * Sends each of `list`, as one packet where that can be done.
   *
   * asyncio: `writelines`; adds no line feeds there either.
   * @throws as `write` does, before anything is sent.
   */
  writeLines(list: Iterable<Uint8Array | string>): void {
    const all = [...list];
    for (const data of all) {
      if (typeof data !== "string" && !(data instanceof Uint8Array)) throw notBytes(data);
    }
    this.transport.writeAll(all);
  }

  /**
   * Waits while more than the high-water mark (64 KiB) is on the way, until no more than the low one (16 KiB) is.
   *
   * Yields to the loop only when it must wait, or when the stream is closing.
   *
   * **Cancellation:** what was written is sent all the same.
   *
   * asyncio: `drain`.
   * @throws {ConnectionError} when the connection is lost (`ECONNRESET`), or the one that the reader has.
   */
  drain(): Operation<void> {
    return new Drain(this.transport);
  }

  /** True when `writeEof()` can be called: not with TLS. */
  canWriteEof(): boolean {
    return this.transport.canSendEnd;
  }

  /**
   * Ends this direction behind what was written; the peer can still send.
   * @throws {UsageError} on TLS connections (`ERR_CANNOT_WRITE_EOF`).
   */
  writeEof(): void {
    this.transport.writeEnd();
  }

  /**
   * Sends what was written, then ends both directions. Does not wait: `waitClosed()` does. A peer that still sends gets
   * two seconds to end its side, so that nothing is lost of what was written last.
   */
  close(): void {
    this.transport.close();
  }

  /**
   * Ends both directions at once; what was not sent yet is dropped.
   *
   * asyncio: `transport.abort`.
   */
  abort(): void {
    this.transport.abort();
  }

  /** True when the stream is closed, or about to be. */
  isClosing(): boolean {
    return this.transport.state !== "open";
  }

  /**
   * Waits until the stream is closed, by `close()` or by the peer.
   *
   * **Cancellation:** ends the wait; the stream goes on being closed.
   *
   * asyncio: `wait_closed`.
   * @throws the error with which the connection ended.
   */
  waitClosed(): Operation<void> {
    return new WaitClosed(this.transport);
  }

  /**
   * Changes the connection to TLS: sends what was written, then shakes hands; on a server's side as the server. Reader
   * and writer stay the same. Nobody may read or write meanwhile.
   *
   * **Cancellation:** cuts the connection off.
   *
   * asyncio: `start_tls`; the context is what Node's `tls.connect` or `tls.createServer` takes.
   * @throws {ConnectionError} when the handshake fails; its `code` is the system's or that of TLS.
   * @throws {TimeoutError} when the handshake takes longer than `handshakeTime`.
   * @throws {UsageError} when this is no open socket, or has TLS already (`ERR_CANNOT_START_TLS`).
   */
  startTls(options: StartTlsOptions = {}): Operation<void> {
    return new Routine("startTls", upgrade(this.transport as NodeTransport, options));
  }

  /**
   * What is known about the connection; `fallback` where there is no such thing.
   *
   * asyncio: `get_extra_info`; addresses are objects here and tuples there.
   */
  getExtraInfo<K extends keyof ExtraInfo>(name: K): ExtraInfo[K] | undefined;
  getExtraInfo<K extends keyof ExtraInfo, D>(name: K, fallback: D): ExtraInfo[K] | D;
  getExtraInfo(name: string, fallback?: unknown): unknown {
    return this.transport.info(name) ?? fallback;
  }

  /**
   * How many bytes may be on the way before `drain()` waits, and at how many it goes on. One alone sets the other, to a
   * quarter or to four times as much.
   *
   * asyncio: `transport.set_write_buffer_limits`.
   * @throws {RangeError} when they are negative or the wrong way round (`ERR_INVALID_ARG`).
   */
  setWriteBufferLimits(limits: { high?: number; low?: number } = {}): void {
    this.transport.setLimits(limits.high, limits.low);
  }

  /** The limits as `setWriteBufferLimits` takes them. */
  getWriteBufferLimits(): { high: number; low: number } {
    return { high: this.transport.high, low: this.transport.low };
  }

  /** How many bytes are on the way. */
  getWriteBufferSize(): number {
    return this.transport.size;
  }

  /**
   * Gives the block the writer itself, for `asyncWith`.
   *
   * **Cancellation:** does not wait.
   */
  enter(): Coroutine<StreamWriter> {
    return new Immediate<StreamWriter>(() => this);
  }

  /**
   * Closes the stream and waits for it; after an error in the block, cuts it off.
   *
   * **Cancellation:** cuts the stream off.
   */
  exit(error: unknown): Coroutine<boolean> {
    return new Routine("the end of a stream", closeStream(this, error !== undefined));
  }

  toString(): string {
    return `<StreamWriter ${this.transport.state} to ${this.transport.describePeer()}>`;
  }
}

function* closeStream(writer: StreamWriter, failed: boolean): Coroutine<boolean> {
  if (failed) writer.abort();
  else writer.close();
  try {
    yield* writer.waitClosed();
  } catch (error) {
    writer.abort();
    if (!failed) throw error;
  }
  return false;
}

function notBytes(data: unknown): TypeError {
  return typeError(
    "ERR_INVALID_ARG",
    `Cannot write: expected a Uint8Array or a string, got ${describeValue(data)}`,
  );
}

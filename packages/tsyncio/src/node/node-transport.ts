/**
 * Streams over Node's streams and sockets. The listeners are shared functions that find their stream's reader and
 * transport on it, so that a connection costs no closures; they are set once for each.
 */
import { Socket } from "node:net";
import type { Duplex, Readable, Writable } from "node:stream";
import { TLSSocket } from "node:tls";
import { current, type Runnable } from "../kernel/current.js";
import type { Loop } from "../kernel/loop.js";
import { connectionError } from "./connection-error.js";
import type { StreamReader } from "./stream-reader.js";
import type { SocketAddress } from "./stream-writer.js";
import { Transport } from "./transport.js";

const READER: unique symbol = Symbol("tsyncio.reader");
const TRANSPORT: unique symbol = Symbol("tsyncio.transport");

/** Seconds that the other end of a TLS connection has to agree that it ends, as in asyncio. */
const TLS_SHUTDOWN_TIME = 30;
/** Seconds that a peer which still sends has to end its side, when everything was handed to the system. */
const LINGER_TIME = 2;

type Data = Uint8Array | string;

/** Data up to this size is kept for a moment. */
const SMALL = 8192;
/** So many at the most. */
const MOST_KEPT = 16;

/** Those that keep data until the next turn. */
let keeping: NodeTransport[] = [];

const flushAll: Runnable = {
  run(): void {
    const list = keeping;
    keeping = [];
    for (const transport of list) if (transport.state === "open") transport.flush();
  },
};

function keepUntilNextTurn(loop: Loop, transport: NodeTransport): void {
  keeping.push(transport);
  if (keeping.length === 1) loop.push(flushAll);
}

interface Carrier {
  /** Of a stream that is only read. */
  [READER]?: StreamReader;
  [TRANSPORT]?: NodeTransport;
}

/** @internal Feeds `reader` from `readable`, which nobody writes to. */
export function feedFrom(readable: Readable, reader: StreamReader): void {
  (readable as Readable & Carrier)[READER] = reader;
  readable.on("data", feed);
  readable.on("end", feedEnd);
  readable.on("error", feedError);
  readable.on("close", feedEnd);
  if (readable.errored) feedError.call(readable, readable.errored);
  else if (readable.readableEnded || readable.destroyed) feedEnd.call(readable);
}

function feed(this: Readable & Carrier, chunk: Buffer | string): void {
  const reader = this[READER] as StreamReader;
  if (!reader.ended) reader.feedData(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
}

function feedEnd(this: Readable & Carrier): void {
  const reader = this[READER] as StreamReader;
  if (!reader.ended && reader.failure === undefined) reader.feedEof();
}

function feedError(this: Readable & Carrier, error: unknown): void {
  (this[READER] as StreamReader).setException(error);
}

function onData(this: Carrier, chunk: Buffer): void {
  const transport = this[TRANSPORT] as NodeTransport;
  if (transport.state !== "open") {
    transport.peerSends = true;
    return;
  }
  transport.spokeLast = false;
  const reader = transport.reader as StreamReader;
  if (!reader.ended) reader.feedData(chunk);
}

function onEnd(this: Carrier): void {
  this[TRANSPORT]?.endReceived();
}

function onDrain(this: Carrier): void {
  this[TRANSPORT]?.resumeWhenLow();
}

function onError(this: Carrier, error: unknown): void {
  this[TRANSPORT]?.fail(error);
}

function onFinish(this: Carrier): void {
  this[TRANSPORT]?.sent();
}

function onClose(this: Carrier): void {
  this[TRANSPORT]?.end();
}

/** A writable stream of Node, and the readable one that may be its other half. */
export class NodeTransport extends Transport {
  stream: Writable;
  /** What is at the other end, where the stream cannot say. */
  readonly label: string | undefined;
  /** The name by which the other end was called, for its certificate. */
  readonly host: string | undefined;
  /** Nothing has come since something was written: the peer may not have it yet. */
  spokeLast = false;
  /** While it is closing: the peer sends, or has sent what nobody has read. */
  peerSends = false;
  /** What was written since the last `drain()`; who has once written several times is taken to do so always. */
  #habit: "drained" | "one" | "several" = "drained";
  /** Small data for the next flush. */
  #kept: Data | Data[] | undefined = undefined;
  /** Called after each write that Node would not tell about: while paused, and where its mark is above ours. */
  #written: (() => void) | undefined = undefined;

  constructor(stream: Writable, reader?: StreamReader, label?: string, host?: string) {
    super(reader);
    this.label = label;
    this.host = host;
    this.stream = stream;
    this.#attach(stream);
  }

  #attach(stream: Writable): void {
    (stream as Writable & Carrier)[TRANSPORT] = this;
    stream.on("error", onError);
    stream.on("close", onClose);
    if (this.reader !== undefined) {
      stream.on("end", onEnd);
      stream.on("data", onData);
    }
    if (stream.destroyed) this.end();
  }

  /** The socket, where it is one. */
  get socket(): Socket | undefined {
    return this.stream instanceof Socket ? this.stream : undefined;
  }

  /** Lets go of the socket, with the bytes that nobody has read, for TLS to take over. */
  release(): Socket {
    const socket = this.stream as Socket;
    socket.off("data", onData).off("end", onEnd).off("error", onError).off("close", onClose);
    socket.off("drain", onDrain);
    // What takes it over inherits this; one that waits for the other end of a handshake would never end.
    socket.allowHalfOpen = false;
    socket.pause();
    const unread = this.reader?.bytes.takeAll();
    if (unread !== undefined && unread.length > 0) socket.unshift(unread);
    return socket;
  }

  /** Goes on with `socket`, which has taken over the one before. */
  adopt(socket: TLSSocket): void {
    this.stream = socket;
    this.#attach(socket);
    this.reader?.setSource(this);
  }

  pause(): void {
    (this.stream as Duplex).pause();
  }

  resume(): void {
    (this.stream as Duplex).resume();
  }

  get size(): number {
    this.flush();
    return this.stream.writableLength;
  }

  get canSendEnd(): boolean {
    return !(this.stream instanceof TLSSocket);
  }

  protected get halfOpen(): boolean {
    return (this.stream as Duplex).allowHalfOpen;
  }

  /**
   * Small data of who writes more than once between two `drain()`s is kept until the next of them, or else the next turn:
   * one call of the system and one packet. A head and a body of 1 KiB take 8 µs together and 12.5 µs one by one; a single
   * write is handed on at once, because keeping it costs a turn.
   */
  protected send(data: Data): void {
    this.spokeLast = true;
    const loop = current.loop as Loop | undefined;
    if (data.length > SMALL || loop === undefined || this.#habit !== "several") {
      if (this.#kept !== undefined) this.flush();
      this.#habit = this.#habit === "drained" ? "one" : "several";
      this.#hand(data);
    } else if (this.#kept === undefined) {
      this.#kept = data;
      keepUntilNextTurn(loop, this);
    } else if (Array.isArray(this.#kept)) {
      if (this.#kept.push(data) === MOST_KEPT) this.flush();
    } else {
      this.#kept = [this.#kept, data];
    }
  }

  protected sendAll(list: readonly (Uint8Array | string)[]): void {
    this.spokeLast = true;
    this.stream.cork();
    this.flush();
    for (const data of list) this.#hand(data);
    this.stream.uncork();
  }

  override drained(): void {
    if (this.#habit === "one") this.#habit = "drained";
    if (this.#kept !== undefined) this.flush();
  }

  override flush(): void {
    const kept = this.#kept;
    if (kept === undefined) return;
    this.#kept = undefined;
    if (!Array.isArray(kept)) {
      this.#hand(kept);
      return;
    }
    this.stream.cork();
    for (const data of kept) this.#hand(data);
    this.stream.uncork();
  }

  #hand(data: Uint8Array | string): void {
    const { stream } = this;
    const written = this.#written;
    const free = written === undefined ? stream.write(data) : stream.write(data, written);
    if ((!free || written !== undefined) && !this.paused && stream.writableLength > this.high) {
      this.#pause();
    }
  }

  #pause(): void {
    this.paused = true;
    this.#written ??= () => this.resumeWhenLow();
    if (this.stream.listenerCount("drain", onDrain) === 0) this.stream.on("drain", onDrain);
  }

  override resumeWhenLow(): void {
    super.resumeWhenLow();
    if (!this.paused && this.high >= this.stream.writableHighWaterMark) this.#written = undefined;
  }

  protected override limitsChanged(): void {
    this.#written ??= () => this.resumeWhenLow();
  }

  protected sendEnd(): void {
    this.stream.end();
  }

  /**
   * What still comes is read and dropped: bytes that nobody has read let the system reset the connection, and what was
   * sent last is lost. TLS has tickets on the way even when the peer says nothing, so that its answer is waited for.
   */
  protected finish(): void {
    const { stream } = this;
    if (this.reader !== undefined) (stream as Duplex).resume();
    const loop = this.owner?.loop;
    if (stream instanceof TLSSocket && loop !== undefined) {
      stream.end();
      this.endWithin(loop, TLS_SHUTDOWN_TIME);
    } else if (stream instanceof Socket) this.#finishSocket(stream);
    else if (stream.writableFinished) stream.destroy();
    else stream.end(() => stream.destroy());
  }

  /**
   * A socket that is given back while the peer sends is reset, and of what was written last the rest is lost. Only then
   * is the peer's end waited for: a peer that says nothing may keep its side for ever.
   */
  #finishSocket(socket: Socket): void {
    const { reader, owner } = this;
    const pending = this.spokeLast || socket.writableLength > 0;
    if (reader === undefined || reader.ended || owner === undefined || !pending) {
      socket.destroySoon();
      return;
    }
    this.peerSends = reader.available > 0;
    socket.end();
    if (socket.writableFinished) this.sent();
    else socket.once("finish", onFinish);
  }

  /** The system has everything that was written before the end. */
  sent(): void {
    const loop = this.owner?.loop;
    if (loop === undefined || !this.peerSends || this.reader?.ended === true) this.stream.destroy();
    else if (this.state === "closing") this.endWithin(loop, LINGER_TIME);
  }

  abort(): void {
    this.#kept = undefined;
    this.stream.destroy();
    this.lose();
  }

  /** The stream has an error: the connection is lost. */
  fail(error: unknown): void {
    const writing = (error as { syscall?: unknown }).syscall === "write";
    const action = writing ? "write to" : "read from";
    this.lose({ error: connectionError(action, this.describePeer(), error) });
  }

  describePeer(): string {
    const { stream } = this;
    if (!(stream instanceof Socket)) return this.label ?? "a stream";
    const { remoteAddress, remotePort } = stream;
    if (remoteAddress === undefined) return this.label ?? "a socket";
    return addressText(remoteAddress, remotePort as number);
  }

  info(name: string): unknown {
    const { stream } = this;
    if (!(stream instanceof Socket)) return undefined;
    switch (name) {
      case "socket":
        this.flush();
        return stream;
      case "peername":
        return address(stream.remoteAddress, stream.remotePort) ?? this.label;
      case "sockname":
        return address(stream.localAddress, stream.localPort) ?? this.label;
      default:
        return stream instanceof TLSSocket ? tlsInfo(stream, name) : undefined;
    }
  }
}

function address(ip: string | undefined, port: number | undefined): SocketAddress | undefined {
  if (ip === undefined || port === undefined) return undefined;
  return { address: ip, port, family: ip.includes(":") ? "IPv6" : "IPv4" };
}

/** Host and port as they are written. */
export function addressText(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function tlsInfo(socket: TLSSocket, name: string): unknown {
  switch (name) {
    case "sslObject":
      return socket;
    case "peercert": {
      const certificate = socket.getPeerCertificate();
      return certificate === null || Object.keys(certificate).length === 0
        ? undefined
        : certificate;
    }
    case "cipher":
      return socket.getCipher();
    default:
      return undefined;
  }
}

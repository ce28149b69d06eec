/**
 * One WebSocket as coroutines see it, whoever opened it.
 *
 * | state | leaves to |
 * | --- | --- |
 * | open | closing (either side said so), closed (the connection is lost) |
 * | closing: nothing can be sent | closed |
 * | closed | |
 *
 * W1. Messages that have come are given before the end is told. A cancelled `receive` loses none.
 * W2. At most `queue` messages wait to be received; then the socket is not read until a quarter of them is left.
 * W3. `send` gives back when at most 64 KiB wait to be taken by the network.
 * W4. A guard task belongs to the run that opened it: it asks the other side for signs of life, and when the run ends the
 * socket is freed.
 */
import {
  type AsyncContextManager,
  type Coroutine,
  createTask,
  type Duration,
  Event,
  type Future,
  isCancelled,
  type Loop,
  type Operation,
  sleep,
  type Task,
  TimeoutError,
  UsageError,
  waitFor,
} from "tsyncio";
import { type RawData, WebSocket } from "ws";
import { WebSocketClosed } from "../errors.js";
import { toOperation } from "../operation.js";
import { checkClose, checkMessage } from "./check-arguments.js";

/** A message: text, or bytes. */
export type Message = string | Buffer;

/** What both sides can say about a WebSocket. */
export interface WebSocketOptions {
  /** The longest message that is taken, in bytes; 1 MiB. A longer one closes the connection with 1009. */
  readonly maxSize?: number | undefined;
  /** How many messages may wait to be received; 16. */
  readonly queue?: number | undefined;
  /** How often the other side is asked for a sign of life; 20 s. Null never asks. */
  readonly pingInterval?: Duration | null | undefined;
  /** How long it may take to give one; 20 s. Then the connection counts as lost. */
  readonly pingTimeout?: Duration | undefined;
  /** How long the other side may take to agree to a close; 10 s. */
  readonly closeTimeout?: Duration | undefined;
}

/** What waits to be sent is let grow to this before a sender waits. */
const HIGH_WATER = 64 * 1024;
/** Codes of a normal end. */
const NORMAL = new Set([1000, 1001, 1005]);

/** An open WebSocket; `asyncFor` gives its messages to a normal end, `asyncWith` closes it. */
export class WebSocketConnection implements AsyncContextManager<WebSocketConnection> {
  /** @internal */
  static readonly MAX_SIZE = 1024 * 1024;

  /** The address. */
  readonly url: string;
  readonly #socket: WebSocket;
  readonly #loop: Loop;
  readonly #side: "client" | "server";
  readonly #options: WebSocketOptions;
  readonly #messages: Message[] = [];
  readonly #closed = new Event();
  readonly #pings = new Map<string, Future<void>>();
  readonly #listeners: ((unheard: boolean) => void)[] = [];
  #receiver: Future<void> | undefined;
  #senders: Future<void>[] = [];
  #discarding = false;
  #lastPing = 0;
  #closeCode: number | undefined;
  #closeReason = "";
  #failure: unknown;
  #guard: Task<void> | undefined;

  /** @internal */
  constructor(
    socket: WebSocket,
    loop: Loop,
    url: string,
    side: "client" | "server",
    options: WebSocketOptions,
  ) {
    this.#socket = socket;
    this.#loop = loop;
    this.url = url;
    this.#side = side;
    this.#options = options;
    socket.on("message", (data, isBinary) => this.#take(data, isBinary));
    socket.on("pong", (data) => {
      // The other side may answer twice before the first answer is seen.
      const answer = this.#pings.get(data.toString());
      if (answer !== undefined && !answer.done()) answer.setResult();
    });
    socket.on("error", (error) => {
      this.#failure ??= error;
    });
    socket.on("close", (code, reason) => this.#end(code, reason.toString()));
  }

  /** The chosen subprotocol, empty when there is none. */
  get protocol(): string {
    return this.#socket.protocol;
  }

  /** The code of the close, undefined while it is open; 1006 when the connection was lost. */
  get closeCode(): number | undefined {
    return this.#closeCode;
  }

  /** The text that came with the close. */
  get closeReason(): string {
    return this.#closeReason;
  }

  /** Bytes that the network has not taken yet. */
  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  /**
   * Sends a message: a string as text, bytes as binary. Waits while more than 64 KiB wait to be taken by the network.
   *
   * **Cancellation:** the message is sent all the same; only the wait for room ends.
   * @throws {WebSocketClosed} when it is closed.
   * @throws {TypeError} for what is neither a string nor bytes (`ERR_INVALID_ARG`).
   */
  send(message: string | Uint8Array): Operation<void> {
    return toOperation("send", this.#send(message));
  }

  /**
   * The next message: a string for text, a Buffer for binary.
   *
   * **Cancellation:** no message is lost.
   * @throws {WebSocketClosed} when it is closed and all that had come was received.
   * @throws {UsageError} while another task is receiving (`ERR_CONCURRENT_RECEIVE`).
   */
  receive(): Operation<Message> {
    return toOperation("receive", this.#receive());
  }

  /**
   * Asks the other side for a sign of life; gives the seconds it took.
   *
   * **Cancellation:** ends the wait; the answer is ignored.
   * @throws {WebSocketClosed} when it is closed, or closes meanwhile.
   */
  ping(): Operation<number> {
    return toOperation("ping", this.#ping());
  }

  /**
   * Closes it and waits until the other side has agreed, or `closeTimeout` is over. Messages that were not received are
   * dropped. Closing again waits for the same end.
   *
   * **Cancellation:** the connection is broken off at once.
   * @param code - 1000, another of the protocol's that can be sent, or one from 3000 to 4999 of the program's own.
   * @param reason - at most 123 bytes.
   * @throws {RangeError} for another code or a longer reason (`ERR_INVALID_ARG`).
   */
  close(code = 1000, reason = ""): Operation<void> {
    checkClose(code, reason, this.url);
    return toOperation("close", this.#close(code, reason));
  }

  /** Breaks the connection off, without a close frame. */
  abort(): void {
    this.#socket.terminate();
  }

  /** Messages until the end: a normal one (1000, 1001, none given) ends the loop, any other raises `WebSocketClosed`. */
  [Symbol.asyncIterator](): { next(): Operation<IteratorResult<Message, undefined>> } {
    return { next: () => toOperation("receive", this.#next()) };
  }

  /** Gives itself; called by `asyncWith`. Does not wait. */
  enter(): Operation<this> {
    return toOperation("enter", itself(this));
  }

  /** Closes it: by 1000, or after an error by 1011 (1001 when cancelled or on the client's side). */
  exit(error: unknown): Operation<boolean> {
    return toOperation("exit", this.#exit(error));
  }

  /** @internal Begins to look after it; in a step of the run it belongs to. */
  start(): void {
    if (this.#closeCode === undefined)
      this.#guard = createTask(this.#watch(), { name: "WebSocket" });
  }

  /** @internal Called once at the end; `unheard` when the connection was lost and nobody is told by receiving. */
  onClosed(listener: (unheard: boolean) => void): void {
    if (this.#closeCode === undefined) this.#listeners.push(listener);
    else this.#loop.callSoon(() => listener(false));
  }

  /** @internal The other side should look for another server: the handler goes on until it notices. */
  goAway(): void {
    this.#discarding = true;
    this.#socket.resume();
    this.#socket.close(1001);
  }

  /** @internal Its handler has ended, by `error`. */
  *end(error: unknown): Coroutine<void> {
    const [code, reason] = this.#codeFor(error);
    yield* this.#close(code, reason);
  }

  #codeFor(error: unknown): [code: number, reason: string] {
    if (error === undefined || error instanceof WebSocketClosed) return [1000, ""];
    if (isCancelled(error) || this.#side === "client") return [1001, ""];
    return [1011, "Internal Error"];
  }

  *#exit(error: unknown): Coroutine<boolean> {
    yield* this.end(error);
    return false;
  }

  #take(data: RawData, isBinary: boolean): void {
    if (this.#discarding) return;
    const bytes = data as Buffer;
    this.#messages.push(isBinary ? bytes : bytes.toString());
    // W2
    if (this.#messages.length >= (this.#options.queue ?? 16)) this.#socket.pause();
    this.#wakeReceiver();
  }

  #wakeReceiver(): void {
    const receiver = this.#receiver;
    if (receiver !== undefined && !receiver.done()) receiver.setResult();
  }

  *#receive(): Coroutine<Message> {
    if (this.#receiver !== undefined) {
      throw new UsageError(
        "ERR_CONCURRENT_RECEIVE",
        `Cannot receive from ${this.url}: another task is receiving; hand the messages on by a queue`,
      );
    }
    // W1
    while (this.#messages.length === 0) {
      if (this.#closeCode !== undefined) throw this.#closedError("receive from");
      this.#receiver = this.#loop.createFuture<void>();
      try {
        yield* this.#receiver;
      } finally {
        this.#receiver = undefined;
      }
    }
    const message = this.#messages.shift() as Message;
    if (this.#socket.isPaused && this.#messages.length <= (this.#options.queue ?? 16) / 4) {
      this.#socket.resume();
    }
    return message;
  }

  *#next(): Coroutine<IteratorResult<Message, undefined>> {
    try {
      return { value: yield* this.#receive(), done: false };
    } catch (error) {
      if (error instanceof WebSocketClosed && NORMAL.has(error.closeCode)) {
        return { value: undefined, done: true };
      }
      throw error;
    }
  }

  *#send(message: string | Uint8Array): Coroutine<void> {
    checkMessage(message, this.url);
    if (this.#socket.readyState !== WebSocket.OPEN) throw this.#closedError("send to");
    this.#socket.send(message, this.#onSent);
    while (this.#socket.bufferedAmount > HIGH_WATER) {
      const room = this.#loop.createFuture<void>();
      this.#senders.push(room);
      yield* room;
      if (this.#closeCode !== undefined) throw this.#closedError("send to");
    }
  }

  /** W3. */
  readonly #onSent = (): void => {
    if (this.#senders.length > 0 && this.#socket.bufferedAmount <= HIGH_WATER) this.#wakeSenders();
  };

  #wakeSenders(): void {
    const senders = this.#senders;
    this.#senders = [];
    for (const sender of senders) if (!sender.done()) sender.setResult();
  }

  *#ping(): Coroutine<number> {
    if (this.#socket.readyState !== WebSocket.OPEN) throw this.#closedError("ping");
    const payload = String(++this.#lastPing);
    const answer = this.#loop.createFuture<void>();
    this.#pings.set(payload, answer);
    const start = this.#loop.time();
    try {
      this.#socket.ping(payload);
      yield* answer;
    } finally {
      this.#pings.delete(payload);
    }
    if (this.#closeCode !== undefined) throw this.#closedError("ping");
    return this.#loop.time() - start;
  }

  *#close(code: number, reason: string): Coroutine<void> {
    if (this.#closeCode !== undefined) return;
    try {
      this.#discarding = true;
      this.#messages.length = 0;
      this.#socket.close(code, reason);
      // A socket that is not read does not see the other side agree.
      this.#socket.resume();
      yield* waitFor(this.#closed.wait(), this.#options.closeTimeout ?? 10);
    } catch (error) {
      this.#socket.terminate();
      if (!(error instanceof TimeoutError)) throw error;
      yield* this.#closed.wait();
    }
  }

  /** W4. */
  *#watch(): Coroutine<void> {
    const { pingInterval = 20, pingTimeout = 20 } = this.#options;
    try {
      if (pingInterval === null) {
        yield* this.#closed.wait();
        return;
      }
      for (;;) {
        yield* sleep(pingInterval);
        // While this side does not read it hears no answer either.
        if (!this.#socket.isPaused) yield* waitFor(this.#ping(), pingTimeout);
      }
    } catch (error) {
      if (error instanceof TimeoutError) {
        this.#failure ??= new TimeoutError(`no sign of life from ${this.url}`);
      } else if (!(error instanceof WebSocketClosed)) throw error;
    } finally {
      if (this.#closeCode === undefined) this.#socket.terminate();
    }
  }

  #end(code: number, reason: string): void {
    const lost = code === 1006;
    const unheard = lost && this.#receiver === undefined && this.#messages.length === 0;
    this.#closeCode = code;
    this.#closeReason = reason;
    this.#closed.set();
    this.#wakeReceiver();
    this.#wakeSenders();
    for (const answer of this.#pings.values()) if (!answer.done()) answer.setResult();
    this.#guard?.cancel();
    for (const listener of this.#listeners) listener(unheard);
  }

  #closedError(action: string): WebSocketClosed {
    const code = this.#closeCode ?? 1005;
    const { code: cause } = (this.#failure ?? {}) as { code?: unknown };
    const tooLong = cause === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH";
    const what = code === 1006 ? "the connection was lost" : `it was closed (${code})`;
    const text = this.#closeReason === "" ? "" : `: ${this.#closeReason}`;
    const limit = this.#options.maxSize ?? WebSocketConnection.MAX_SIZE;
    const rest = tooLong
      ? `a message was longer than ${limit} bytes; raise maxSize`
      : `${what}${text}; open it again`;
    return new WebSocketClosed(
      `Cannot ${action} ${this.url}: ${rest}`,
      code,
      this.#closeReason,
      this.#failure === undefined ? undefined : { cause: this.#failure },
    );
  }
}

function* itself<T>(value: T): Coroutine<T> {
  return value;
}

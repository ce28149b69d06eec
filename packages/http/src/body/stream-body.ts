/**
 * Bodies made by coroutines.
 *
 * A task of the run makes the chunks, one for each that the other end asks for: nothing is made before it is wanted, and
 * a reader that stops stops the task at its `emit`. A reader that goes away cancels it.
 */
import {
  type AnyIterable,
  asyncFor,
  asyncGenerator,
  type Coroutine,
  createTask,
  type Duration,
  type Emit,
  type Future,
  getRunningLoop,
  type Handle,
  isCancelled,
  type Loop,
  type Task,
} from "tsyncio";
import { describeValue, typeError } from "../errors.js";
import { currentExchange } from "../server/current-exchange.js";

/** A piece of a body: bytes, or text that goes out as UTF-8. */
export type Chunk = string | Uint8Array;

/** Where the pieces of a body come from: what `asyncFor` takes, or the body of an async generator. */
export type ChunkSource<T = Chunk> =
  | AnyIterable<T>
  | ((emit: Emit<T, undefined>) => Coroutine<unknown>);

/** What is sent while the source is silent. */
export interface Heartbeat {
  readonly after: Duration;
  readonly chunk: Uint8Array;
}

const encoder = new TextEncoder();
const bodies = new WeakMap<object, CoroutineBody>();

class CoroutineBody {
  readonly #loop: Loop = getRunningLoop();
  #exchange = currentExchange();
  readonly #heartbeat: Heartbeat | undefined;
  readonly #task: Task<void>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #wanted = false;
  #demand: Future<void> | undefined;
  #timer: Handle | undefined;
  #state: "fresh" | "open" | "ended" = "fresh";

  constructor(chunks: AnyIterable<Chunk>, heartbeat: Heartbeat | undefined) {
    this.#heartbeat = heartbeat;
    this.#task = createTask(this.#make(chunks), { name: "body" });
    const exchange = this.#exchange;
    if (exchange === undefined) return;
    exchange.owns(this);
    this.#task.addDoneCallback(() => exchange.bodyEnded(this));
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
  }

  /** The reader wants a chunk. */
  pull(): void {
    if (this.#state === "fresh") this.#state = "open";
    this.#wanted = true;
    const demand = this.#demand;
    if (demand !== undefined && !demand.done()) demand.setResult();
    if (this.#heartbeat !== undefined) {
      this.#timer = this.#loop.callLater(this.#heartbeat.after, () => this.#beat());
    }
  }

  /** The reader wants no more. */
  cancel(reason?: unknown): void {
    if (this.#state === "ended") return;
    this.#end();
    this.#task.cancel(reason);
  }

  /** Nobody will ever read it: a HEAD request, or a response that was dropped. */
  abandon(): void {
    if (this.#state === "fresh") this.cancel("the body was not wanted");
  }

  /** It is sent to somebody else than the client of the current request. */
  sendElsewhere(): void {
    this.#exchange?.bodyEnded(this);
    this.#exchange = undefined;
  }

  *#make(chunks: AnyIterable<Chunk>): Coroutine<void> {
    try {
      yield* this.#untilWanted();
      const body = this;
      yield* asyncFor(chunks, function* send(chunk) {
        const bytes = toBytes(chunk);
        if (bytes.length === 0) return;
        // A heartbeat may have taken the demand that this chunk was made for.
        yield* body.#untilWanted();
        body.#put(bytes);
        yield* body.#untilWanted();
      });
      if (this.#end()) this.#controller?.close();
    } catch (error) {
      if (this.#end()) this.#fail(error);
      if (isCancelled(error)) throw error;
    }
  }

  *#untilWanted(): Coroutine<void> {
    while (!this.#wanted) {
      this.#demand = this.#loop.createFuture<void>();
      yield* this.#demand;
    }
  }

  #put(bytes: Uint8Array): void {
    this.#timer?.cancel();
    this.#wanted = false;
    this.#controller?.enqueue(bytes);
  }

  #beat(): void {
    if (this.#state === "open" && this.#wanted) this.#put(this.#heartbeat?.chunk as Uint8Array);
  }

  #end(): boolean {
    this.#timer?.cancel();
    if (this.#state === "ended") return false;
    this.#state = "ended";
    return true;
  }

  /** What is sent cannot be taken back: a server breaks the connection, a client's request fails. */
  #fail(error: unknown): void {
    const exchange = this.#exchange;
    const outgoing = exchange?.outgoing;
    const socket = outgoing?.socket;
    if (exchange === undefined || !outgoing || !socket) {
      this.#controller?.error(error);
      return;
    }
    if (!isCancelled(error)) {
      this.#loop.callExceptionHandler({
        message: `Unhandled exception in the body of the response to ${exchange.describe()}`,
        exception: error,
        task: this.#task as Task<unknown>,
      });
    }
    // In this order: the adapter prints the errors of streams that it still reads.
    outgoing.once("close", () => this.#controller?.error(error));
    // What was made before goes out; that the end is missing tells the client.
    socket.destroySoon();
  }
}

/** A chunk as bytes. */
export function toBytes(chunk: Chunk): Uint8Array {
  if (typeof chunk === "string") return encoder.encode(chunk);
  if (chunk instanceof Uint8Array) return chunk;
  throw typeError(
    "ERR_INVALID_CHUNK",
    `Cannot send a chunk of a body: expected a string or bytes, got ${describeValue(chunk)}`,
  );
}

/** What a source gives, as something `asyncFor` takes. */
export function toIterable<T>(source: ChunkSource<T>): AnyIterable<T> {
  return typeof source === "function"
    ? (asyncGenerator(source as never) as unknown as AnyIterable<T>)
    : source;
}

/** `stream` is the body of a request and not of the response to the one that is being handled. */
export function sendElsewhere(stream: unknown): void {
  bodies.get(stream as object)?.sendElsewhere();
}

/** `streamBody` with what is sent in the pauses. */
export function bodyOf(
  chunks: AnyIterable<Chunk>,
  heartbeat?: Heartbeat,
): ReadableStream<Uint8Array> {
  const body = new CoroutineBody(chunks, heartbeat);
  const stream = new ReadableStream<Uint8Array>(body, { highWaterMark: 0 });
  bodies.set(stream, body);
  return stream;
}

/**
 * A body whose chunks a coroutine makes as they are asked for: for `new Response(…)` in a server and for the `body` of a
 * `fetch`. `source` is anything for `asyncFor`, or a `function*` that is given `emit`.
 *
 * It runs as a task of the run that makes the body, after the handler has returned as well. One that fails breaks the
 * connection, because a status that is sent cannot be taken back; the error goes to the loop's exception handler.
 *
 * Does not wait. The task ends when the other side goes away: `CancelledError` is raised at its `emit`, or wherever it
 * waits.
 * @throws {UsageError} outside a running loop (`ERR_NO_RUNNING_LOOP`).
 */
export function streamBody(source: ChunkSource): ReadableStream<Uint8Array> {
  return bodyOf(toIterable(source));
}

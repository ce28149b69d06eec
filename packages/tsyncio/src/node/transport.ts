/**
 * What a `StreamWriter` writes to: its state, its flow control, and who waits for either.
 *
 * | state | leaves to |
 * | --- | --- |
 * | open | closing, by `close()`; lost, by an error or the end of both directions |
 * | closing: what was written is being sent | lost |
 * | lost: nothing is sent any more | closed |
 * | closed: the system's resource is gone | |
 *
 * P1. `lost` and `closed` are entered once, in this order; the reader then has an end or a failure.
 * P2. `paused` is set when more than `high` bytes wait, and reset when no more than `low` do; `drain()` waits while it is.
 *
 * An idle connection is small: what few of them need is in `Rare`, made when one does. Counterpart: asyncio's transports
 * and `FlowControlMixin`.
 */
import { type Linked, LinkedList } from "../collections/linked-list.js";
import type { Runnable } from "../kernel/current.js";
import { rangeError, UsageError } from "../kernel/errors.js";
import type { Loop } from "../kernel/loop.js";
import type { Timer } from "../kernel/scheduler.js";
import type { Task } from "../kernel/task.js";
import { DONE, FAILED } from "../kernel/waitable.js";
import type { ReadSource, StreamReader } from "./stream-reader.js";
import type { TransportWait } from "./transport-waits.js";

/** Bytes above which a writer is held back, and at which it goes on. */
const HIGH = 65_536;
const LOW = HIGH / 4;
/** Lost writes after which somebody should know. */
const PATIENCE = 5;

/** Where a transport stands; see the table above. */
export type TransportState = "open" | "closing" | "lost" | "closed";

/** Who made a transport and looks after it. */
export interface TransportOwner {
  /** It is a server: the other end has connected to this one. */
  readonly accepts: boolean;
  readonly loop: Loop;
  /** It is closed. */
  ended(transport: Transport): void;
  /** The task that serves it is done. */
  served(transport: Transport): void;
}

/** Those who wait for the same thing. */
export class WaitList extends LinkedList<TransportWait> {
  wakeAll(failure: { readonly error: unknown } | undefined): void {
    for (let wait = this.shift(); wait !== undefined; wait = this.shift()) {
      if (failure === undefined) wait.finish(DONE, undefined);
      else wait.finish(FAILED, failure.error);
    }
  }
}

/** What few transports need. */
class Rare {
  high = HIGH;
  low = LOW;
  lostWrites = 0;
  /** Nothing may be written any more: the peer was told so. */
  endSent = false;
  /** Nobody serves it any more: it ends when the peer has ended its side. */
  abandoned = false;
  /** What ended it. */
  failure: { readonly error: unknown } | undefined = undefined;
  /** When a connection that is closing is cut off. */
  deadline: Timer | undefined = undefined;
  readonly drainers = new WaitList();
  readonly closers = new WaitList();
}

export abstract class Transport implements Linked, Runnable, ReadSource {
  before: this | undefined = undefined;
  after: this | undefined = undefined;
  owner: TransportOwner | undefined = undefined;
  /** What serves it. */
  task: Task<unknown> | undefined = undefined;
  state: TransportState = "open";
  readonly reader: StreamReader | undefined;
  paused = false;
  #rare: Rare | undefined = undefined;

  constructor(reader: StreamReader | undefined) {
    this.reader = reader;
    reader?.setSource(this);
  }

  /** Holds the other end back. */
  abstract pause(): void;
  /** Lets the other end send again. */
  abstract resume(): void;
  /** Bytes that wait to be sent. */
  abstract get size(): number;
  /** True when the peer can be told that nothing more comes while it still sends. */
  abstract get canSendEnd(): boolean;
  /** False when the end of the one direction ends the other. */
  protected abstract get halfOpen(): boolean;
  /** Hands data on; sets `paused` when that makes too much. */
  protected abstract send(data: Uint8Array | string): void;
  /** Hands on several, as one where that can be done. */
  protected abstract sendAll(list: readonly (Uint8Array | string)[]): void;
  /** Tells the peer that nothing more comes. */
  protected abstract sendEnd(): void;
  /** Sends what waits, then ends. */
  protected abstract finish(): void;
  /** Ends at once; what waits is dropped. */
  abstract abort(): void;
  /** What is at the other end, for messages. */
  abstract describePeer(): string;
  /** What `getExtraInfo` gives. */
  abstract info(name: string): unknown;
  /** Hands on what is kept for a moment. */
  flush(): void {}
  /** Somebody waits for room. */
  drained(): void {}
  /** The limits have changed. */
  protected limitsChanged(): void {}

  protected get rare(): Rare {
    this.#rare ??= new Rare();
    return this.#rare;
  }

  get high(): number {
    return this.#rare === undefined ? HIGH : this.#rare.high;
  }

  get low(): number {
    return this.#rare === undefined ? LOW : this.#rare.low;
  }

  /** What ended it. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#rare?.failure;
  }

  get drainers(): WaitList {
    return this.rare.drainers;
  }

  get closers(): WaitList {
    return this.rare.closers;
  }

  write(data: Uint8Array | string): void {
    if (this.#takes()) this.send(data);
  }

  writeAll(list: readonly (Uint8Array | string)[]): void {
    if (this.#takes()) this.sendAll(list);
  }

  #takes(): boolean {
    if (this.#rare?.endSent === true) {
      throw new UsageError(
        "ERR_WRITE_AFTER_EOF",
        `Cannot write to ${this.describePeer()}: Cannot call write() after write_eof(); write before writeEof()`,
      );
    }
    if (this.state === "open") return true;
    if (++this.rare.lostWrites === PATIENCE) {
      console.warn(
        `Cannot write to ${this.describePeer()}: the connection is closed and ${PATIENCE} writes were dropped; await drain() after writing, it raises`,
      );
    }
    return false;
  }

  writeEnd(): void {
    if (!this.canSendEnd) {
      throw new UsageError(
        "ERR_CANNOT_WRITE_EOF",
        `Cannot write the end to ${this.describePeer()}: this kind of connection has no half that can be closed; use close()`,
      );
    }
    if (this.state !== "open" || this.rare.endSent) return;
    this.rare.endSent = true;
    this.flush();
    this.sendEnd();
  }

  close(): void {
    if (this.state !== "open") return;
    this.flush();
    this.state = "closing";
    this.finish();
  }

  setLimits(high: number | undefined, low: number | undefined): void {
    const above = high ?? (low === undefined ? HIGH : 4 * low);
    const below = low ?? Math.floor(above / 4);
    if (!(above >= below && below >= 0)) {
      throw rangeError(
        "ERR_INVALID_ARG",
        `Cannot set write buffer limits: high (${above}) must be >= low (${below}) must be >= 0`,
      );
    }
    this.rare.high = above;
    this.rare.low = below;
    this.limitsChanged();
    if (this.size > above) this.paused = true;
    else this.resumeWhenLow();
  }

  /** P2. */
  resumeWhenLow(): void {
    if (!this.paused || this.size > this.low) return;
    this.paused = false;
    this.#rare?.drainers.wakeAll(undefined);
  }

  /** P1. */
  lose(failure?: { readonly error: unknown }): void {
    if (this.state === "lost" || this.state === "closed") return;
    this.state = "lost";
    if (failure !== undefined) this.rare.failure = failure;
    const { reader } = this;
    if (reader !== undefined) {
      if (failure !== undefined) reader.setException(failure.error);
      else if (!reader.ended) reader.feedEof();
    }
    this.#rare?.drainers.wakeAll(failure);
  }

  /** P1. */
  end(): void {
    if (this.state === "closed") return;
    this.lose();
    this.state = "closed";
    const deadline = this.#rare?.deadline;
    if (deadline !== undefined) this.owner?.loop.removeTimer(deadline);
    this.#rare?.closers.wakeAll(this.failure);
    this.owner?.ended(this);
  }

  /** Cuts it off when it has not ended in `seconds`. */
  protected endWithin(loop: Loop, seconds: number): void {
    const deadline: Timer = { heapIndex: -1, run: () => this.abort() };
    this.rare.deadline = deadline;
    loop.addTimer(loop.time() + seconds, deadline);
  }

  /** The peer has ended its side. */
  endReceived(): void {
    const { reader } = this;
    if (reader !== undefined && !reader.ended) reader.feedEof();
    if (!this.halfOpen || this.abandoned) this.close();
  }

  /** Nobody serves it any more. */
  abandon(): void {
    this.rare.abandoned = true;
    if (this.reader?.ended === true) this.close();
  }

  get abandoned(): boolean {
    return this.#rare?.abandoned === true;
  }

  /** The task that serves it is done. */
  run(): void {
    this.owner?.served(this);
  }
}

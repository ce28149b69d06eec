/**
 * What a datagram endpoint has received and nobody has taken yet, in the order in which it came: datagrams, and errors
 * that the network has reported. Bounded in bytes: nothing can hold back who sends datagrams.
 */
import { RingBuffer } from "../collections/ring-buffer.js";
import { UsageError } from "../kernel/errors.js";
import { Queue, type Store } from "../queues/queue.js";
import { QueueGet } from "../queues/queue-operations.js";
import type { SocketAddress } from "./stream-writer.js";

/** A datagram that was received. */
export interface Datagram {
  /** What was sent. */
  readonly data: Buffer;
  /** Who has sent it. */
  readonly from: SocketAddress;
}

/** An error in its place among the datagrams. */
class Failure {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

type Received = Datagram | Failure;

/** What a datagram costs besides its bytes, so that empty ones count too. */
const OVERHEAD = 64;

function costOf(item: Received): number {
  return OVERHEAD + ("data" in item ? item.data.length : 0);
}

class MeasuredStore implements Store<Received> {
  readonly #items = new RingBuffer<Received>();
  bytes = 0;

  get length(): number {
    return this.#items.length;
  }

  push(item: Received): void {
    this.#items.push(item);
    this.bytes += costOf(item);
  }

  shift(): Received {
    const item = this.#items.shift();
    this.bytes -= costOf(item);
    return item;
  }

  clear(): void {
    this.#items.clear();
    this.bytes = 0;
  }
}

export class DatagramBuffer extends Queue<Received> {
  /** How many datagrams, and errors, found no room. */
  dropped = 0;
  readonly #store: MeasuredStore;
  readonly #limit: number;
  /** Where it receives, for messages. */
  readonly #place: () => string;
  #closed = false;

  constructor(limit: number, place: () => string) {
    const store = new MeasuredStore();
    super(0, store);
    this.#store = store;
    this.#limit = limit;
    this.#place = place;
  }

  /** Keeps `datagram` when there is room. One that is larger than the limit has room when there is nothing else. */
  add(datagram: Datagram): void {
    this.#add(datagram);
  }

  /** Keeps an error, for whoever receives. */
  addError(error: unknown): void {
    this.#add(new Failure(error));
  }

  #add(item: Received): void {
    const { bytes } = this.#store;
    if (bytes > 0 && bytes + costOf(item) > this.#limit) this.dropped++;
    else this.putNowait(item);
  }

  /** Takes the next; an error is raised. */
  override getNowait(): Datagram {
    const item = super.getNowait();
    if (item instanceof Failure) throw item.error;
    return item;
  }

  /** Ends it: what is in it is dropped, and who waits gets an error. */
  close(): void {
    this.#closed = true;
    this.shutdown(true);
  }

  override checkOpenForGet(): void {
    if (this.#closed) throw endpointClosed("receive at", this.#place());
  }

  receive(): QueueGet<Datagram> {
    return new Receive(this as unknown as Queue<Datagram>, this.#place);
  }
}

class Receive extends QueueGet<Datagram> {
  readonly #place: () => string;

  constructor(queue: Queue<Datagram>, place: () => string) {
    super(queue);
    this.#place = place;
  }

  override describe(): string {
    return `a datagram at ${this.#place()}`;
  }
}

/** For who uses an endpoint that was closed. */
export function endpointClosed(action: string, place: string): UsageError {
  return new UsageError(
    "ERR_ENDPOINT_CLOSED",
    `Cannot ${action} ${place}: the datagram endpoint is closed; end the tasks that use it first`,
  );
}

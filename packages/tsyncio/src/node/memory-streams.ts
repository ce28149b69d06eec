/**
 * Two connected streams without a socket: for tests, on virtual time too, and for protocols within a program. They keep
 * to what sockets do: bytes arrive in a later turn, a reader that is full holds the writer back, and each direction ends
 * by itself. Counterpart: none; trio has such a pair.
 */
import type { Runnable } from "../kernel/current.js";
import type { Loop } from "../kernel/loop.js";
import { runningLoop } from "../kernel/running-loop.js";
import { connectionLost } from "./connection-error.js";
import type { Streams } from "./open-connection.js";
import { StreamReader, type StreamReaderOptions } from "./stream-reader.js";
import { StreamWriter } from "./stream-writer.js";
import { Transport } from "./transport.js";

const PEER = "the other end of memoryStreams()";

/** The most that arrives at once. */
const PACKET = 65_536;

/** Carries what one end writes to the reader of the other. */
class MemoryTransport extends Transport {
  /** The other end. */
  peer!: MemoryTransport;
  readonly #loop: Loop;
  readonly #delivery: Runnable = { run: () => this.#deliver() };
  #chunks: Buffer[] = [];
  #size = 0;
  #scheduled = false;
  /** The other end's reader is full. */
  #held = false;
  #endSent = false;
  #endDelivered = false;

  constructor(loop: Loop, options: StreamReaderOptions) {
    super(new StreamReader(undefined, options));
    this.#loop = loop;
  }

  pause(): void {
    this.peer.#held = true;
  }

  resume(): void {
    this.peer.#held = false;
    this.peer.#schedule();
  }

  get size(): number {
    return this.#size;
  }

  get canSendEnd(): boolean {
    return true;
  }

  protected get halfOpen(): boolean {
    return true;
  }

  protected send(data: Uint8Array | string): void {
    const chunk = Buffer.from(data as Uint8Array);
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size > this.high) this.paused = true;
    this.#schedule();
  }

  protected sendAll(list: readonly (Uint8Array | string)[]): void {
    for (const data of list) this.send(data);
  }

  protected sendEnd(): void {
    this.#endSent = true;
    this.#schedule();
  }

  protected finish(): void {
    this.#schedule();
  }

  abort(): void {
    this.#chunks = [];
    this.#size = 0;
    this.lose();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#loop.push(this.#delivery);
  }

  #deliver(): void {
    this.#scheduled = false;
    const { peer } = this;
    while (this.#chunks.length > 0) {
      if (peer.state !== "open") {
        this.#refused();
        return;
      }
      if (this.#held) break;
      const chunk = this.#chunks[0] as Buffer;
      const packet = chunk.subarray(0, PACKET);
      if (packet.length === chunk.length) this.#chunks.shift();
      else this.#chunks[0] = chunk.subarray(PACKET);
      this.#size -= packet.length;
      peer.reader?.feedData(packet);
    }
    this.resumeWhenLow();
    if (this.#chunks.length > 0) return;
    if ((this.#endSent || this.state !== "open") && !this.#endDelivered) {
      this.#endDelivered = true;
      if (peer.state === "open") peer.endReceived();
    }
    if (this.state !== "open" || (this.#endSent && peer.#endDelivered)) this.end();
    if (this.state === "closed" && peer.#endSent && peer.state === "open") peer.#schedule();
  }

  /** Nobody reads there any more. */
  #refused(): void {
    this.#chunks = [];
    this.#size = 0;
    this.lose({ error: connectionLost(PEER) });
    this.end();
  }

  describePeer(): string {
    return PEER;
  }

  info(): unknown {
    return undefined;
  }
}

/**
 * Two ends of a connection in memory, each `[reader, writer]`: what one writes the other reads.
 *
 * asyncio: none.
 * @throws {UsageError} outside a running loop (`ERR_NO_RUNNING_LOOP`).
 * @throws {RangeError} when the limit is no positive number (`ERR_INVALID_ARG`).
 */
export function memoryStreams(options: StreamReaderOptions = {}): [here: Streams, there: Streams] {
  const loop = runningLoop("make streams");
  const here = new MemoryTransport(loop, options);
  const there = new MemoryTransport(loop, options);
  here.peer = there;
  there.peer = here;
  return [streamsOf(here), streamsOf(there)];
}

function streamsOf(transport: MemoryTransport): Streams {
  return [transport.reader as StreamReader, new StreamWriter(transport)];
}

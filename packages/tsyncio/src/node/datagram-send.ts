/** The sending half of a datagram endpoint: what was handed to the system and has not left it. */
import type { Socket } from "node:dgram";
import { type Suspension, suspend } from "../kernel/current.js";
import { QueueFull, UsageError } from "../kernel/errors.js";
import { Operation } from "../kernel/operation.js";
import { DONE, FAILED, PENDING } from "../kernel/waitable.js";
import { connectionError } from "./connection-error.js";
import { endpointClosed } from "./datagram-buffer.js";
import { addressText } from "./node-transport.js";

/** Where a datagram goes to. */
export interface DatagramAddress {
  /** An IP address, or a name, which is then resolved for each datagram. */
  readonly address: string;
  /** The port. */
  readonly port: number;
}

/** Bytes on the way above which `sendNowait` refuses more. */
const HIGH = 65_536;
/** What a datagram counts for besides its bytes. */
const OVERHEAD = 64;

type Sent = (error: unknown) => void;

/**
 * Hands datagrams to the socket.
 *
 * O1. Each datagram is answered once, by the system or by `abort`.
 * O2. `onIdle` is called whenever nothing is on the way any more.
 */
export class Outgoing {
  readonly #socket: Socket;
  readonly #onIdle: () => void;
  /** The datagrams on the way, and what they count for. */
  readonly #sending = new Map<Sent, number>();
  #size = 0;

  constructor(socket: Socket, onIdle: () => void) {
    this.#socket = socket;
    this.#onIdle = onIdle;
  }

  get idle(): boolean {
    return this.#sending.size === 0;
  }

  /** @throws {QueueFull} when too much is on the way. */
  checkRoom(): void {
    if (this.#size <= HIGH) return;
    throw new QueueFull(
      `Cannot send: ${this.#sending.size} datagrams of ${this.#size} bytes are on the way; await send()`,
    );
  }

  /** `to` is undefined on a connected socket. `target` is for messages. */
  send(
    data: Uint8Array,
    to: DatagramAddress | undefined,
    target: DatagramAddress,
    sent: Sent,
  ): void {
    const cost = data.length + OVERHEAD;
    // A function of its own for each datagram: the same one may be given for several.
    const answer = (cause: unknown): void => {
      if (!this.#sending.delete(answer)) return;
      this.#size -= cost;
      sent(explain(cause, target));
      if (this.idle) this.#onIdle();
    };
    if (to === undefined) this.#socket.send(data, answer);
    else this.#socket.send(data, to.port, to.address, answer);
    this.#sending.set(answer, cost);
    this.#size += cost;
  }

  /** What is on the way is lost. */
  abort(place: string): void {
    for (const answer of [...this.#sending.keys()]) answer(endpointClosed("send from", place));
  }
}

function explain(cause: unknown, { address, port }: DatagramAddress): unknown {
  if (cause === null || cause === undefined) return undefined;
  return cause instanceof UsageError
    ? cause
    : connectionError("send to", addressText(address, port), cause);
}

export class Send extends Operation<void> {
  readonly #transmit: (sent: Sent) => void;
  readonly #place: string;

  constructor(transmit: (sent: Sent) => void, place: string) {
    super();
    this.#transmit = transmit;
    this.#place = place;
  }

  begin(): IteratorResult<Suspension, void> {
    this.#transmit((error) => {
      if (this.state !== PENDING) return;
      if (error === undefined) this.finish(DONE, undefined);
      else this.finish(FAILED, error);
    });
    return suspend(this);
  }

  describe(): string {
    return `send() of a datagram to ${this.#place}`;
  }
}

/** What a `StreamWriter` waits for: room, and the end. Counterpart: `FlowControlMixin._drain_helper`. */
import type { Linked } from "../collections/linked-list.js";
import type { CancelRequest } from "../kernel/cancelled-error.js";
import { bareYield, FINISHED, type Suspension, suspend } from "../kernel/current.js";
import type { Loop } from "../kernel/loop.js";
import { Operation } from "../kernel/operation.js";
import { DONE, PENDING } from "../kernel/waitable.js";
import { connectionLost } from "./connection-error.js";
import type { Transport, WaitList } from "./transport.js";

const NOTHING = FINISHED as IteratorReturnResult<void>;

/** A wait in a list of its transport. */
export abstract class TransportWait extends Operation<void> implements Linked {
  before: this | undefined = undefined;
  after: this | undefined = undefined;
  readonly transport: Transport;

  constructor(transport: Transport) {
    super();
    this.transport = transport;
  }

  protected abstract get line(): WaitList;

  protected enqueue(): IteratorResult<Suspension, void> {
    this.state = PENDING;
    this.line.push(this as TransportWait);
    return suspend(this);
  }

  override leave(): void {
    if (this.state === PENDING) this.line.remove(this as TransportWait);
  }

  override cancelWith(request: CancelRequest): boolean {
    this.leave();
    return super.cancelWith(request);
  }
}

/** Waits until not too much is on the way. */
export class Drain extends TransportWait {
  #gaveWay = false;

  protected get line(): WaitList {
    return this.transport.drainers;
  }

  begin(_loop: Loop): IteratorResult<Suspension, void> {
    const { transport } = this;
    const failure = transport.reader?.failure;
    if (failure !== undefined) throw failure.error;
    if (transport.state === "open") {
      transport.drained();
      return transport.paused ? this.enqueue() : NOTHING;
    }
    // Somebody who writes and drains in a circle must let the end of the connection come through.
    this.#gaveWay = true;
    this.state = DONE;
    return bareYield();
  }

  override resume(): IteratorResult<Suspension, void> {
    if (!this.#gaveWay) return super.resume();
    this.#gaveWay = false;
    const { transport } = this;
    if (transport.state === "lost" || transport.state === "closed") {
      throw connectionLost(transport.describePeer(), transport.failure?.error);
    }
    return transport.paused ? this.enqueue() : NOTHING;
  }

  describe(): string {
    return `drain() of ${this.transport.size} bytes to ${this.transport.describePeer()}`;
  }
}

/** Waits for the end. */
export class WaitClosed extends TransportWait {
  protected get line(): WaitList {
    return this.transport.closers;
  }

  begin(_loop: Loop): IteratorResult<Suspension, void> {
    const { state, failure } = this.transport;
    if (state !== "closed") return this.enqueue();
    if (failure !== undefined) throw failure.error;
    return NOTHING;
  }

  describe(): string {
    return `the end of the connection to ${this.transport.describePeer()}`;
  }
}

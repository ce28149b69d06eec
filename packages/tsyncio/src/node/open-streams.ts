/**
 * What a run has opened and not closed. It ends with the run: a socket would keep the process alive, and nobody could
 * reach it any more. Counterpart: transports and servers are collected with their loop there.
 */
import { LinkedList } from "../collections/linked-list.js";
import type { Coroutine } from "../kernel/coroutine.js";
import type { Loop } from "../kernel/loop.js";
import type { Operation } from "../kernel/operation.js";
import { Routine } from "../kernel/routine.js";
import type { Scope } from "../kernel/scope.js";
import { createTask } from "../structured/create-task.js";
import { wait } from "../structured/wait.js";
import type { Transport, TransportOwner } from "./transport.js";
import { WaitClosed } from "./transport-waits.js";

/** How long a closed connection may take to send the rest when its run has ended. */
const FLUSH_TIME = "1s";

/** A server as its run sees it. */
export interface RunningServer {
  /** Ends it and whatever it serves. */
  cutOff(): Coroutine<void>;
}

const opened = new WeakMap<Scope, OpenStreams>();

/** The open streams of one run. */
export class OpenStreams implements TransportOwner {
  readonly accepts = false;
  readonly loop: Loop;
  readonly connections = new LinkedList<Transport>();
  readonly servers = new Set<RunningServer>();

  constructor(loop: Loop) {
    this.loop = loop;
  }

  /** Those of the run that is current on `loop`; they end with it. */
  static of(loop: Loop): OpenStreams {
    const scope = loop.currentScope();
    let streams = opened.get(scope);
    if (streams === undefined) {
      streams = new OpenStreams(loop);
      opened.set(scope, streams);
    }
    // A run that ends closes its async generators: the same moment, the same patience.
    scope.generators.add(streams);
    return streams;
  }

  add(transport: Transport): void {
    transport.owner = this;
    this.connections.push(transport);
  }

  ended(transport: Transport): void {
    this.connections.remove(transport);
  }

  served(): void {}

  /** Ends them all. */
  return(): Operation<void> {
    return new Routine("the end of the streams of a run", this.#end());
  }

  *#end(): Coroutine<void> {
    for (const server of this.servers) yield* server.cutOff();
    yield* endAll(this.connections);
  }
}

/** Aborts those that are not closing, and gives those that are a moment to send the rest. */
export function* endAll(connections: LinkedList<Transport>): Coroutine<void> {
  const ends = [];
  for (const transport of connections) {
    if (transport.state !== "closing") transport.abort();
    ends.push(createTask(closed(transport)));
  }
  if (ends.length === 0) return;
  const [, late] = yield* wait(ends, { timeout: FLUSH_TIME });
  for (const transport of connections) transport.abort();
  for (const task of late) task.cancel();
}

/** Waits for the end; how it came to it is of no interest any more. */
function* closed(transport: Transport): Coroutine<void> {
  try {
    yield* new WaitClosed(transport);
  } catch (error) {
    if (transport.state !== "closed") throw error;
  }
}

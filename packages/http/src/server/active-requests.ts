import { Event } from "tsyncio";
import type { Exchange } from "./exchange.js";

/** The requests a server has not done with: those that wait, that are handled, whose body is made, and WebSockets. */
export class ActiveRequests {
  readonly #requests = new Set<Exchange>();
  readonly #idle = new Event();

  constructor() {
    this.#idle.set();
  }

  /** How many there are. */
  get size(): number {
    return this.#requests.size;
  }

  add(request: Exchange): void {
    this.#requests.add(request);
    this.#idle.clear();
  }

  delete(request: Exchange): void {
    if (this.#requests.delete(request) && this.#requests.size === 0) this.#idle.set();
  }

  /** Waits until there is none. */
  untilIdle(): ReturnType<Event["wait"]> {
    return this.#idle.wait();
  }

  [Symbol.iterator](): Iterator<Exchange> {
    return [...this.#requests].values();
  }
}

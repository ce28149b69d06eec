/**
 * A fair lock as a careful hand writes it on promises: the native column of the lock benchmarks. A
 * release hands the lock to the first that waits. It leaves out cancellation and the owner.
 */

const SETTLED = Promise.resolve();

export class PromiseLock {
  #locked = false;
  /** @type {(() => void)[]} */
  #waiters = [];

  /** @returns {Promise<void>} */
  acquire() {
    if (this.#locked) return new Promise((resolve) => this.#waiters.push(resolve));
    this.#locked = true;
    return SETTLED;
  }

  release() {
    const next = this.#waiters.shift();
    if (next === undefined) this.#locked = false;
    else next();
  }
}

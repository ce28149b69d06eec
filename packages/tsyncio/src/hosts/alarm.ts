/**
 * One host timer for a loop's earliest deadline. A timer that is set already and goes off no later than wanted is left
 * alone: the loop then finds nothing due and asks again, which is cheaper than clearing and setting at every wait.
 */

/** Host timers overflow beyond 2^31 ms; a loop is woken at least daily, as CPython's is. */
const LONGEST = 86_400;

export class Alarm {
  #handle: ReturnType<typeof setTimeout> | undefined;
  #when = Infinity;

  /** Calls `run` at `when` (seconds on the host's clock, `now` being the present); undefined clears it. */
  set(when: number | undefined, now: number, run: () => void): void {
    if (this.#handle !== undefined) {
      if (when !== undefined && this.#when <= when) return;
      clearTimeout(this.#handle);
      this.#handle = undefined;
    }
    if (when === undefined) return;
    const delay = Math.min(Math.max(when - now, 0), LONGEST);
    this.#when = now + delay;
    this.#handle = setTimeout(
      () => {
        this.#handle = undefined;
        run();
      },
      Math.ceil(delay * 1000),
    );
  }
}

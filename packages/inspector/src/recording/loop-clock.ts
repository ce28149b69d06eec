import type { Loop } from "tsyncio";

/**
 * The clock of the loop that is being recorded. It never runs backwards: when another loop takes over whose clock is
 * behind (a second run on virtual time), that one's time is counted from here on.
 */
export class LoopClock {
  /** The first time that was read. */
  origin = 0;
  /** The last time that was read. */
  now = 0;
  /** The loop that was read last. */
  loop: Loop | undefined = undefined;
  #shift = 0;
  readonly #shifts = new WeakMap<Loop, number>();

  /** Reads the clock of `loop`. */
  read(loop: Loop): number {
    if (loop !== this.loop) this.#change(loop);
    const now = loop.time() + this.#shift;
    if (now > this.now) this.now = now;
    return this.now;
  }

  #change(loop: Loop): void {
    if (this.loop === undefined) {
      this.origin = loop.time();
      this.now = this.origin;
    }
    let shift = this.#shifts.get(loop);
    if (shift === undefined) {
      shift = Math.max(0, this.now - loop.time());
      this.#shifts.set(loop, shift);
    }
    this.loop = loop;
    this.#shift = shift;
  }
}

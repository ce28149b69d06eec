/**
 * What the primitives have in common: each belongs to the loop on which somebody first had to wait for it, so that one
 * can be made at the top of a module, before any loop. Counterpart: `asyncio.mixins._LoopBoundMixin`.
 */
import { UsageError } from "../kernel/errors.js";
import type { Loop } from "../kernel/loop.js";

/** A primitive that belongs to one loop once a task has blocked on it. */
export abstract class LoopBound {
  /** @internal */
  loop: Loop | undefined = undefined;

  /** @internal Ties this to `loop`, or refuses a second one; called before a task blocks. */
  bind(loop: Loop): void {
    if (this.loop === loop) return;
    if (this.loop !== undefined) {
      throw new UsageError(
        "ERR_FOREIGN_LOOP",
        `Cannot wait on ${this.label}: it is bound to a different event loop; make one for each loop`,
      );
    }
    this.loop = loop;
  }

  /** @internal How reports name this. */
  get label(): string {
    return this.constructor.name;
  }

  /** @internal The state, for `toString`. */
  abstract describeState(): string;

  /** The state in short, for people. */
  toString(): string {
    return `<${this.label} [${this.describeState()}]>`;
  }

  /** @internal Node prints this form in `console.log`. */
  [Symbol.for("nodejs.util.inspect.custom") as never](): string {
    return this.toString();
  }
}

/** The part of `describeState` that counts who waits. */
export function describeWaiters(count: number): string {
  return count === 0 ? "" : `, waiters:${count}`;
}

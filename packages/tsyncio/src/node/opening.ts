/**
 * What makes a resource: awaited, it gives the resource; by `asyncWith`, it also ends it.
 */
import type { Coroutine, CoroutineLike } from "../kernel/coroutine.js";
import { toAwaited } from "../kernel/coroutine.js";
import { Routine } from "../kernel/routine.js";
import type { AsyncContextManager } from "../structured/async-context-manager.js";

/**
 * The beginning of a resource: `yield* it` gives the resource, `asyncWith(it, block)` gives it to the block and ends it
 * afterwards.
 *
 * **Cancellation:** leaves nothing begun.
 */
export class Opening<R extends AsyncContextManager<R>>
  extends Routine<R>
  implements AsyncContextManager<R>
{
  #resource: R | undefined;

  /**
   * Begins the block; called by `asyncWith`.
   *
   * **Cancellation:** leaves nothing begun.
   */
  *enter(): Coroutine<R> {
    const resource = yield* this;
    this.#resource = resource;
    return yield* toAwaited(resource.enter(), "enter a block");
  }

  /**
   * Ends the block; called by `asyncWith`.
   *
   * **Cancellation:** as for the resource.
   */
  exit(error: unknown): CoroutineLike<boolean> {
    return (this.#resource as R).exit(error);
  }
}

/**
 * What the system still does for tasks that have gone: the run they belonged to waits for it at its end, so that then
 * nothing is open any more and nothing changes behind the back of whoever goes on.
 */
import { Future } from "../../kernel/future.js";
import type { Operation } from "../../kernel/operation.js";
import type { Scope } from "../../kernel/scope.js";
import { wait } from "../../structured/wait.js";

/** Not for ever: to open a pipe may take until somebody opens its other end. */
const PATIENCE = "500ms";

/** Those of one run. */
class UnfinishedCalls {
  readonly #scope: Scope;
  readonly #calls = new Set<Future<void>>();

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  add(): () => void {
    const ended = new Future<void>({ loop: this.#scope.loop });
    this.#calls.add(ended);
    // A run that ends closes its async generators: the same moment.
    this.#scope.generators.add(this);
    return () => {
      if (!ended.done()) ended.setResult();
      this.#calls.delete(ended);
      if (this.#calls.size === 0) this.#scope.generators.delete(this);
    };
  }

  /** The run ends. */
  return(): Operation<unknown> {
    return wait([...this.#calls], { timeout: PATIENCE });
  }
}

const runs = new WeakMap<Scope, UnfinishedCalls>();

/**
 * @internal
 * Makes the end of a run wait for a call; the function that is given says that the call has ended.
 */
export function unfinishedCall(scope: Scope): () => void {
  const calls = runs.get(scope) ?? new UnfinishedCalls(scope);
  runs.set(scope, calls);
  return calls.add();
}

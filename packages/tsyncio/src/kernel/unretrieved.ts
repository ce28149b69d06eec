/**
 * Errors that nobody looked at. A failed future is first kept on a short list, because its awaiter usually runs in the
 * next turn; when the loop comes to rest those still unseen are watched: reported when the future is collected, and at
 * the latest when the run that made them ends. Counterpart: `Future.__del__`, made deterministic at the end of a run.
 */
import type { Context } from "./context.js";
import type { Future } from "./future.js";
import type { Loop } from "./loop.js";
import { type Scope, settleUnstarted } from "./scope.js";
import type { Task } from "./task.js";
import { FAILED, LOGGED, type Waitable } from "./waitable.js";

/** An error that was not retrieved when the loop came to rest. */
export interface Failure {
  readonly error: unknown;
  readonly what: string;
  readonly scope: Scope;
  /** The failed task's, in which the handler is called. */
  readonly context: Context | undefined;
  readonly createdAt: string | undefined;
  seen: boolean;
}

const registry =
  typeof FinalizationRegistry === "undefined"
    ? undefined
    : new FinalizationRegistry<Failure>((failure) => reportFailure(failure));

/** Puts the unseen ones of `fresh` under watch. */
export function watchFailures(fresh: readonly Waitable<unknown>[], loop: Loop): void {
  for (const future of fresh) {
    if (future.state !== FAILED) continue;
    // Until its stack is asked for an error holds what its frames refer to, and so the task that raised it.
    void (future.value as { stack?: unknown } | undefined | null)?.stack;
    const { scope = loop.rootScope, context, createdAt } = future as Partial<Task & Future>;
    const failure: Failure = {
      error: future.value,
      what: future.describe(),
      scope,
      context,
      createdAt,
      seen: false,
    };
    future.state = LOGGED;
    future.value = failure;
    scope.failures.add(failure);
    registry?.register(future, failure);
  }
}

/** Reports the unseen failures of `scope`: its run has ended. */
export function reportFailures(scope: Scope): void {
  for (const failure of [...scope.failures]) reportFailure(failure);
}

function reportFailure(failure: Failure): void {
  failure.scope.failures.delete(failure);
  if (failure.seen) return;
  failure.seen = true;
  const report = (): void => {
    failure.scope.loop.callExceptionHandler({
      message: `${failure.what} exception was never retrieved`,
      exception: failure.error,
      ...(failure.createdAt === undefined ? {} : { sourceTraceback: failure.createdAt }),
    });
  };
  if (failure.context === undefined) report();
  else failure.context.copy().run(report);
}

/** Reports the calls of lowered functions that nobody has started: their run has ended. */
export function reportUnstarted(scope: Scope): void {
  settleUnstarted();
  for (const frame of scope.unstarted) {
    scope.unstarted.delete(frame);
    scope.loop.callExceptionHandler({
      message: `coroutine ${frame.describe()} was never awaited (it is defined at ${frame.definedAt()})`,
    });
  }
}

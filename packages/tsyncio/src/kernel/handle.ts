import { type Context, currentContext } from "./context.js";
import { current } from "./current.js";
import { KeyboardInterrupt } from "./errors.js";
import type { ExceptionContext } from "./exception-handler.js";
import type { AsyncScope } from "./host.js";
import type { Loop } from "./loop.js";
import type { Scope } from "./scope.js";
import { Waitable } from "./waitable.js";

/**
 * A scheduled callback, returned by `loop.callSoon`.
 *
 * asyncio: `Handle`.
 */
export class Handle {
  /** @internal */
  readonly loop: Loop;
  /** @internal */
  callback: (() => unknown) | undefined;
  /** @internal */
  readonly context: Context;
  /** @internal */
  readonly scope: Scope;
  /** @internal */
  readonly asyncScope: AsyncScope | undefined;
  /** @internal Where it was made; debug mode only. */
  readonly createdAt: string | undefined;

  /** @internal */
  constructor(loop: Loop, callback: () => unknown, context: Context | undefined) {
    this.loop = loop;
    this.callback = callback;
    this.context = context ?? currentContext().copy();
    this.scope = loop.currentScope();
    this.asyncScope = loop.inheritedAsyncScope();
    this.createdAt = loop.debug ? new Error("created at").stack : undefined;
  }

  /** Keeps the callback from running. Calling it again, or too late, does nothing. */
  cancel(): void {
    this.callback = undefined;
  }

  /** True after `cancel()`. */
  cancelled(): boolean {
    return this.callback === undefined;
  }

  /** The context the callback runs in. */
  getContext(): Context {
    return this.context;
  }

  /** @internal */
  run(): void {
    const callback = this.callback;
    if (callback === undefined || this.scope.closed) return;
    if (this.asyncScope === undefined) this.call(callback);
    else this.asyncScope.runInAsyncScope((fn) => this.call(fn), undefined, callback);
  }

  /** @internal The callback in its context; what it raises goes to the exception handler. */
  call(callback: () => unknown): void {
    const outer = current.context;
    current.context = this.context;
    current.scope = this.scope;
    current.asyncScope = this.asyncScope;
    try {
      const result = this.invoke(callback);
      // An `async` function as the callback: nobody else can start what it gave.
      if (result instanceof Waitable) result.thrownAway(this.loop);
    } catch (error) {
      if (error instanceof KeyboardInterrupt) {
        this.loop.noteEscape(this.scope);
        throw error;
      }
      this.loop.callExceptionHandler({
        message: `Exception in callback ${callback.name || "(anonymous)"}`,
        exception: error,
        ...this.subject(),
        ...(this.createdAt === undefined ? {} : { sourceTraceback: this.createdAt }),
      });
    } finally {
      current.context = outer;
      current.scope = undefined;
      current.asyncScope = undefined;
    }
  }

  /** @internal */
  invoke(callback: () => unknown): unknown {
    return callback();
  }

  /** @internal What the exception handler is told of. */
  subject(): Pick<ExceptionContext, "handle" | "future"> {
    return { handle: this };
  }

  toString(): string {
    if (this.callback === undefined) return `<${this.constructor.name} cancelled>`;
    return `<${this.constructor.name} ${this.callback.name || "(anonymous)"}>`;
  }
}

/**
 * A callback with a deadline, returned by `loop.callLater` and `loop.callAt`.
 *
 * asyncio: `TimerHandle`.
 */
export class TimerHandle extends Handle {
  /** @internal */
  heapIndex = -1;
  readonly #when: number;

  /** @internal */
  constructor(loop: Loop, callback: () => unknown, context: Context | undefined, when: number) {
    super(loop, callback, context);
    this.#when = when;
    this.scope.timers.add(this);
  }

  /** The deadline on the loop's clock, in seconds. */
  when(): number {
    return this.#when;
  }

  /** Keeps the callback from running and frees its place among the timers at once. */
  override cancel(): void {
    super.cancel();
    this.scope.timers.delete(this);
    this.loop.removeTimer(this);
  }

  /** @internal */
  override run(): void {
    this.scope.timers.delete(this);
    super.run();
  }
}

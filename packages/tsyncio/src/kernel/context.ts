/**
 * Context variables: values that a task inherits from its creator and changes for itself alone.
 * A `Context` is one mutable slot holding an immutable map, so that copying one (at every task and callback) is one
 * small object and setting a variable copies a map that is nearly always tiny. Counterpart of `contextvars`.
 */
import { current } from "./current.js";
import { describeValue, rangeError, typeError, UsageError } from "./errors.js";

type Values = ReadonlyMap<ContextVar<unknown>, unknown>;
const NO_VALUES: Values = new Map();
const MISSING: unique symbol = Symbol("missing");

/**
 * A set of values of context variables.
 *
 * asyncio: `contextvars.Context`.
 */
export class Context {
  /** @internal */
  values: Values;
  /** @internal */
  entered = false;

  constructor();
  /** @internal */
  constructor(values: Values);
  constructor(values: Values = NO_VALUES) {
    this.values = values;
  }

  /**
   * Calls `fn(...args)` with this context as the current one and returns its result.
   * @throws {UsageError} when this context is already entered (`ERR_CONTEXT_ENTERED`).
   */
  run<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): R {
    if (this.entered || current.context === this) {
      throw new UsageError(
        "ERR_CONTEXT_ENTERED",
        "Cannot enter context: it is already entered; enter a copy() of it",
      );
    }
    const outer = current.context;
    current.context = this;
    this.entered = true;
    try {
      return fn(...args);
    } finally {
      this.entered = false;
      current.context = outer;
    }
  }

  /** The value of `variable` in this context, undefined when it has none (its default does not count). */
  get<T>(variable: ContextVar<T>): T | undefined {
    return this.values.get(variable as ContextVar<unknown>) as T | undefined;
  }

  /** True when `variable` was set in this context. */
  has(variable: ContextVar<never>): boolean {
    return this.values.has(variable as unknown as ContextVar<unknown>);
  }

  /** An independent copy; costs the same however many variables are set. */
  copy(): Context {
    return new Context(this.values);
  }

  /** How many variables are set. */
  get size(): number {
    return this.values.size;
  }

  /** The variables that are set, with their values. */
  [Symbol.iterator](): IterableIterator<[ContextVar<unknown>, unknown]> {
    return this.values[Symbol.iterator]();
  }
}

/** The current context, typed. @internal */
export function currentContext(): Context {
  return current.context as Context;
}

/**
 * A copy of the current context.
 *
 * asyncio: `contextvars.copy_context`.
 */
export function copyContext(): Context {
  return currentContext().copy();
}

/** What `ContextVar.set` returns and `ContextVar.reset` takes back. */
export class Token<T> {
  /** The variable that was set. */
  readonly variable: ContextVar<T>;
  /** @internal */
  readonly context: Context;
  /** @internal */
  readonly old: T | typeof MISSING;
  /** @internal */
  used = false;

  /** @internal */
  constructor(variable: ContextVar<T>, context: Context, old: T | typeof MISSING) {
    this.variable = variable;
    this.context = context;
    this.old = old;
  }

  /** The value before, undefined when there was none. */
  get oldValue(): T | undefined {
    return this.old === MISSING ? undefined : this.old;
  }
}

/**
 * A variable with a value per context: what one task sets, its creator and its siblings do not see.
 *
 * asyncio: `contextvars.ContextVar`.
 * @example
 * const user = new ContextVar("user", { default: "nobody" });
 * user.set("ann");
 * user.get(); // => "ann"
 */
export class ContextVar<T> {
  /** The name, for reports. */
  readonly name: string;
  readonly #default: T | typeof MISSING;

  constructor(name: string, options: { default?: T } = {}) {
    if (typeof name !== "string") {
      throw typeError(
        "ERR_INVALID_ARG",
        `Cannot create context variable: name must be a string, got ${describeValue(name)}`,
      );
    }
    this.name = name;
    this.#default = "default" in options ? (options.default as T) : MISSING;
  }

  /**
   * The value in the current context, else `fallback`, else the variable's own default.
   * @throws {RangeError} when there is none of the three (`ERR_CONTEXT_VAR_UNSET`).
   */
  get(...fallback: [] | [T]): T {
    const values = currentContext().values;
    const value = values.get(this as ContextVar<unknown>);
    if (value !== undefined || values.has(this as ContextVar<unknown>)) return value as T;
    if (fallback.length > 0) return fallback[0] as T;
    if (this.#default !== MISSING) return this.#default;
    throw rangeError(
      "ERR_CONTEXT_VAR_UNSET",
      `Cannot get context variable "${this.name}": it has no value and no default; set it first or pass a default`,
    );
  }

  /** Sets the value in the current context; the token takes it back. */
  set(value: T): Token<T> {
    const context = currentContext();
    const key = this as ContextVar<unknown>;
    const old = context.values.has(key) ? (context.values.get(key) as T) : MISSING;
    context.values = new Map(context.values).set(key, value);
    return new Token<T>(this, context, old);
  }

  /**
   * Restores what was before the `set` that made `token`.
   * @throws {UsageError} when the token was used before (`ERR_TOKEN_USED`).
   * @throws {RangeError} when it belongs to another variable or context (`ERR_TOKEN_FOREIGN`).
   */
  reset(token: Token<T>): void {
    const problem = token.used
      ? undefined
      : token.variable !== this
        ? `the token was made by variable "${token.variable.name}"`
        : token.context !== currentContext()
          ? "the token was made in another context"
          : null;
    if (problem === undefined) {
      throw new UsageError(
        "ERR_TOKEN_USED",
        `Cannot reset context variable "${this.name}": the token was already used once`,
      );
    }
    if (problem !== null) {
      throw rangeError(
        "ERR_TOKEN_FOREIGN",
        `Cannot reset context variable "${this.name}": ${problem}`,
      );
    }
    token.used = true;
    const values = new Map(token.context.values);
    if (token.old === MISSING) values.delete(this as ContextVar<unknown>);
    else values.set(this as ContextVar<unknown>, token.old);
    token.context.values = values;
  }
}

current.context = new Context();

import { describeValue, typeError } from "./errors.js";

type ErrorClass<E> = abstract new (...args: never[]) => E;
/** How to choose errors: by class, or by a function that says yes. */
export type ErrorMatcher = ErrorClass<unknown> | ((error: unknown) => boolean);

/**
 * Several errors at once: what a task group raises. Groups nest.
 *
 * asyncio: `ExceptionGroup` and `BaseExceptionGroup` in one, an `AggregateError` here. There is no `except*`; use
 * `split` and `subgroup`.
 * @throws {TypeError} when `errors` is empty or no array of errors (`ERR_INVALID_ARG`).
 */
export class ExceptionGroup<E = unknown> extends AggregateError {
  override get name(): string {
    return "ExceptionGroup";
  }

  declare readonly errors: E[];
  readonly code = "ERR_EXCEPTION_GROUP";

  constructor(message: string, errors: Iterable<E>, options?: ErrorOptions) {
    const list = [...errors];
    if (list.length === 0) {
      throw typeError(
        "ERR_INVALID_ARG",
        "Cannot create exception group: errors is empty; pass one or more errors",
      );
    }
    super(list, message, options);
  }

  /** A group of the same kind around other errors; override it in a subclass to keep its own fields. */
  derive<F>(errors: readonly F[]): ExceptionGroup<F> {
    return new ExceptionGroup(this.message, errors);
  }

  /** The part of the group, nested as before, whose errors match; undefined when none does. */
  subgroup(matcher: ErrorMatcher): ExceptionGroup | undefined {
    return this.split(matcher)[0];
  }

  /** Both parts: the errors that match and the rest, each nested as before, undefined where a part is empty. */
  split(matcher: ErrorMatcher): [ExceptionGroup | undefined, ExceptionGroup | undefined] {
    const matches = toPredicate(matcher);
    if (matches(this)) return [this, undefined];
    const yes: unknown[] = [];
    const no: unknown[] = [];
    for (const error of this.errors as unknown[]) {
      if (error instanceof ExceptionGroup) {
        const [matched, rest] = error.split(matcher);
        if (matched !== undefined) yes.push(matched);
        if (rest !== undefined) no.push(rest);
      } else if (matches(error)) yes.push(error);
      else no.push(error);
    }
    return [this.part(yes), this.part(no)];
  }

  private part(errors: unknown[]): ExceptionGroup | undefined {
    if (errors.length === 0) return undefined;
    const group = this.derive(errors);
    if (this.stack !== undefined) group.stack = this.stack;
    if (this.cause !== undefined) group.cause = this.cause;
    return group;
  }
}

function toPredicate(matcher: ErrorMatcher): (error: unknown) => boolean {
  if (typeof matcher !== "function") {
    throw typeError(
      "ERR_INVALID_ARG",
      `Cannot match errors: expected an error class or a function, got ${describeValue(matcher)}`,
    );
  }
  // Every plain function has a prototype too; only that of a class cannot be replaced.
  const prototype = Object.getOwnPropertyDescriptor(matcher, "prototype");
  const isClass = prototype?.writable === false || prototype?.value instanceof Error;
  if (isClass) return (error) => error instanceof (matcher as ErrorClass<unknown>);
  return matcher as (error: unknown) => boolean;
}

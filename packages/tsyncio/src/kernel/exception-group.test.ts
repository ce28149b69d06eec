import { describe, expect, test } from "vitest";
import { errorOf, withCode } from "../../test/errors.js";
import { ExceptionGroup, TimeoutError, UsageError } from "../index.js";

const type = new TypeError("a type");
const range = new RangeError("a range");
const time = new TimeoutError("a timeout");

/** The messages of a group, nested as its errors are. */
function shape(error: unknown): unknown {
  if (!(error instanceof ExceptionGroup)) return (error as Error | undefined)?.message;
  return { [error.message]: error.errors.map(shape) };
}

describe("ExceptionGroup", () => {
  test("is an AggregateError with a name, a code and a message", () => {
    const group = new ExceptionGroup("several", [type, range], { cause: time });
    expect(group).toBeInstanceOf(AggregateError);
    expect(group).toMatchObject({
      name: "ExceptionGroup",
      code: "ERR_EXCEPTION_GROUP",
      message: "several",
    });
    expect(group.errors).toEqual([type, range]);
    expect(group.cause).toBe(time);
  });

  test("takes any iterable and keeps a list of its own", () => {
    const errors = [type];
    const group = new ExceptionGroup("g", new Set(errors));
    errors.push(type);
    expect(group.errors).toEqual([type]);
  });

  test("refuses to be empty", () => {
    expect(errorOf(() => new ExceptionGroup("none", []))).toEqual(withCode("ERR_INVALID_ARG"));
  });

  test("split() gives both parts, nested as before", () => {
    const inner = new ExceptionGroup("inner", [type, time]);
    const group = new ExceptionGroup("outer", [inner, range, type]);
    const [matched, rest] = group.split(TypeError);
    expect(shape(matched)).toEqual({ outer: [{ inner: ["a type"] }, "a type"] });
    expect(shape(rest)).toEqual({ outer: [{ inner: ["a timeout"] }, "a range"] });
  });

  test("split() leaves out a part that is empty, and the inner groups that are", () => {
    const group = new ExceptionGroup("outer", [new ExceptionGroup("inner", [type]), range]);
    expect(group.split(UsageError)).toEqual([undefined, expect.any(ExceptionGroup)]);
    expect(shape(group.split(UsageError)[1])).toEqual(shape(group));
    expect(shape(group.subgroup(RangeError))).toEqual({ outer: ["a range"] });
    expect(group.split(Error)[1]).toBeUndefined();
  });

  test("split() gives the group itself when it matches as a whole", () => {
    const group = new ExceptionGroup("outer", [type]);
    expect(group.split(ExceptionGroup)).toEqual([group, undefined]);
    expect(group.split(AggregateError)[0] === group).toBe(true);
  });

  test("subgroup() takes a function in place of a class", () => {
    const group = new ExceptionGroup("outer", [type, range, time]);
    const subgroup = group.subgroup(
      (error) =>
        /range|timeout/.test((error as Error).message) && !(error instanceof ExceptionGroup),
    );
    expect(shape(subgroup)).toEqual({ outer: ["a range", "a timeout"] });
    expect(group.subgroup(() => false)).toBeUndefined();
  });

  test("subgroup() takes a function that is no arrow function for a function", () => {
    const group = new ExceptionGroup("outer", [type, range]);
    const matches = function matches(error: unknown): boolean {
      return error === range;
    };
    expect(shape(group.subgroup(matches))).toEqual({ outer: ["a range"] });
  });

  test("parts keep the cause and the stack, and the class that derive() makes", () => {
    class Tagged<E> extends ExceptionGroup<E> {
      readonly tag: string;
      constructor(message: string, errors: Iterable<E>, tag: string, options?: ErrorOptions) {
        super(message, errors, options);
        this.tag = tag;
      }
      override derive<F>(errors: readonly F[]): ExceptionGroup<F> {
        return new Tagged(this.message, errors, this.tag);
      }
    }
    const group = new Tagged("outer", [type, range], "red", { cause: time });
    const part = group.subgroup(TypeError);
    expect(part).toBeInstanceOf(Tagged);
    expect((part as Tagged<unknown>).tag).toBe("red");
    expect([part?.cause, part?.stack]).toEqual([time, group.stack]);
  });

  test.each([undefined, null, 42, "TypeError", {}])(
    "split() refuses %s as a matcher",
    (matcher) => {
      const group = new ExceptionGroup("outer", [type]);
      expect(errorOf(() => group.split(matcher as never))).toEqual(withCode("ERR_INVALID_ARG"));
    },
  );
});

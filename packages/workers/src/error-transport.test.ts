import { ExceptionGroup, TimeoutError, UsageError } from "tsyncio";
import { expect, test } from "vitest";
import { decodeThrown, encodeThrown } from "./error-transport.js";
import { WorkerDiedError } from "./errors.js";

/** There and back, by way of JSON. */
function sent(thrown: unknown): Error {
  return decodeThrown(JSON.parse(JSON.stringify(encodeThrown(thrown)))) as Error;
}

test.each([
  ["Error", new Error("plain")],
  ["RangeError", new RangeError("too far")],
  ["TimeoutError of tsyncio", new TimeoutError("late")],
  ["UsageError of tsyncio", new UsageError("ERR_SOMETHING", "wrong")],
  ["WorkerDiedError", new WorkerDiedError("gone")],
])("an error keeps its class, message, code and stack: %s", (_name, error) => {
  const back = sent(error);
  expect(Object.getPrototypeOf(back)).toBe(Object.getPrototypeOf(error));
  expect(back.name).toBe(error.name);
  expect(back.message).toBe(error.message);
  expect(back.stack).toBe(error.stack);
  expect((back as { code?: unknown }).code).toBe((error as { code?: unknown }).code);
  expect(Object.keys(back)).toEqual(Object.keys(error));
});

test("a class that is not known here keeps its name", () => {
  class ParseError extends SyntaxError {
    override name = "ParseError";
    readonly line = 7;
  }
  const back = sent(new ParseError("no"));
  expect(back).toBeInstanceOf(Error);
  expect(back).toMatchObject({ name: "ParseError", message: "no", line: 7 });
  expect(String(back)).toBe("ParseError: no");
});

test("causes and the errors of a group come along, circles end", () => {
  const inner = new TypeError("inner");
  const group = new ExceptionGroup("both", [new Error("one", { cause: inner }), new Error("two")]);
  const back = sent(group) as ExceptionGroup;
  expect(back).toBeInstanceOf(ExceptionGroup);
  const [one] = back.errors as [Error];
  expect(one.cause).toBeInstanceOf(TypeError);
  const circle = new Error("circle");
  circle.cause = circle;
  expect((sent(circle).cause as Error).message).toBe("circle");
});

test("what is no error arrives as it is, what cannot be copied as text", () => {
  expect(decodeThrown(encodeThrown("text"))).toBe("text");
  expect(decodeThrown(encodeThrown({ a: 1 }))).toEqual({ a: 1 });
  expect(decodeThrown(encodeThrown(Symbol("s")))).toBe("Symbol(s)");
});

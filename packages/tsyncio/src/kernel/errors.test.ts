import { describe, expect, test } from "vitest";
import {
  AsyncioError,
  BrokenBarrierError,
  CancelledError,
  DeadlockError,
  IncompleteReadError,
  InvalidStateError,
  isCancelled,
  KeyboardInterrupt,
  LimitOverrunError,
  QueueEmpty,
  QueueFull,
  QueueShutDown,
  TimeoutError,
  UsageError,
} from "../index.js";
import { cancelledError } from "./cancelled-error.js";
import { describeValue } from "./errors.js";

describe("the errors", () => {
  test.each([
    [new CancelledError("m"), "CancelledError", "ERR_CANCELLED"],
    [new TimeoutError("m"), "TimeoutError", "ERR_TIMEOUT"],
    [new InvalidStateError("m"), "InvalidStateError", "ERR_INVALID_STATE"],
    [new UsageError("ERR_SOME", "m"), "UsageError", "ERR_SOME"],
    [new KeyboardInterrupt("m"), "KeyboardInterrupt", "ERR_KEYBOARD_INTERRUPT"],
    [new DeadlockError("m"), "DeadlockError", "ERR_DEADLOCK"],
    [new QueueEmpty("m"), "QueueEmpty", "ERR_QUEUE_EMPTY"],
    [new QueueFull("m"), "QueueFull", "ERR_QUEUE_FULL"],
    [new QueueShutDown("m"), "QueueShutDown", "ERR_QUEUE_SHUT_DOWN"],
    [new BrokenBarrierError("m"), "BrokenBarrierError", "ERR_BROKEN_BARRIER"],
    [new LimitOverrunError("m", 5), "LimitOverrunError", "ERR_LIMIT_OVERRUN"],
  ])("%s has its name, its code, its message and a stack", (error, name, code) => {
    expect(error).toBeInstanceOf(AsyncioError);
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.code, error.message, String(error)]).toEqual([
      name,
      code,
      "m",
      `${name}: m`,
    ]);
    expect(error.stack).toContain(`${name}: m`);
  });

  test("keep a cause", () => {
    const cause = new Error("cause");
    expect(new TimeoutError("", { cause }).cause).toBe(cause);
    expect(new CancelledError("", undefined, { cause }).cause).toBe(cause);
  });

  test("of streams carry what was read", () => {
    const partial = new Uint8Array([1, 2, 3]);
    const error = new IncompleteReadError(partial, 10);
    expect([error.partial, error.expected, error.code]).toEqual([
      partial,
      10,
      "ERR_INCOMPLETE_READ",
    ]);
    expect(new IncompleteReadError(partial, null).expected).toBeNull();
    expect(new LimitOverrunError("m", 7).consumed).toBe(7);
  });
});

describe("isCancelled()", () => {
  test("is true for CancelledError, of another copy of the package too", () => {
    const foreign = Object.assign(new Error("foreign"), { code: "ERR_CANCELLED" });
    const errors = [new CancelledError(), cancelledError(undefined), foreign];
    expect(errors.map(isCancelled)).toEqual([true, true, true]);
    const others = [
      new Error("another"),
      new TimeoutError(),
      { code: "ERR_CANCELLED" },
      undefined,
      null,
      "ERR_CANCELLED",
    ];
    expect(others.map(isCancelled)).toEqual(others.map(() => false));
  });
});

describe("the error of a cancellation", () => {
  const request = { reason: "why", by: "somebody", scope: undefined };

  test("made without the engine's constructor is a CancelledError in every respect", () => {
    const error = cancelledError(request);
    expect(error).toBeInstanceOf(CancelledError);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      code: "ERR_CANCELLED",
      message: "why",
      reason: "why",
      requestedBy: "somebody",
    });
    expect([error.name, String(error), error.stack]).toEqual([
      "CancelledError",
      "CancelledError: why",
      "CancelledError: why",
    ]);
    expect(cancelledError(undefined).message).toBe("");
    expect(cancelledError(undefined).stack).toBe("CancelledError");
    expect("cause" in error).toBe(false);
  });

  test("has a stack of its own in debug mode", () => {
    const error = cancelledError(request, new Error("cause"), true);
    expect(error.stack).toContain("errors.test");
    expect(error.cause).toMatchObject({ message: "cause" });
  });

  test("has a cause that is not listed among its fields", () => {
    const cause = new Error("cause");
    const error = cancelledError(request, cause);
    expect(error.cause).toBe(cause);
    expect(Object.keys(error)).not.toContain("cause");
  });
});

describe("describeValue()", () => {
  test.each([
    [undefined, "undefined"],
    [null, "null"],
    [42, "number 42"],
    [true, "boolean true"],
    [5n, "bigint 5"],
    [Symbol("s"), "symbol Symbol(s)"],
    ["text", 'string "text"'],
    ["x".repeat(100), `string "${"x".repeat(37)}..."`],
    [describeValue, "function describeValue"],
    [() => {}, "function (anonymous)"],
    [[], "Array"],
    [{}, "Object"],
    [new Map(), "Map"],
    [Promise.resolve(), "Promise"],
    [(function* () {})(), "Generator"],
    [Object.create(null), "object"],
    [new (class extends Array {})(), "object"],
  ])("says what %s was", (value, expected) => {
    expect(describeValue(value)).toBe(expected);
  });
});

import { afterEach, describe, expect, test, vi } from "vitest";
import { errorOf, withCode } from "../../test/errors.js";
import { stillWorks } from "../../test/still-works.js";
import {
  ContextVar,
  type Coroutine,
  createTask,
  type ExceptionContext,
  Future,
  getRunningLoop,
  KeyboardInterrupt,
  Loop,
  sleep,
  VirtualHost,
} from "../index.js";
import { runVirtual } from "../testing.js";

afterEach(() => {
  vi.restoreAllMocks();
});

/** What the console's error stream was given, line by line of calls. */
function watchConsole(): unknown[][] {
  const calls: unknown[][] = [];
  vi.spyOn(console, "error").mockImplementation((...args) => {
    calls.push(args);
  });
  return calls;
}

describe("an error in a callback", () => {
  test("reaches the handler with the handle; what follows runs (B2 11)", () => {
    const reports: ExceptionContext[] = [];
    const log: string[] = [];
    const error = new Error("broken");
    runVirtual(
      function* main() {
        const loop = getRunningLoop();
        const handle = loop.callSoon(function breaks() {
          throw error;
        });
        loop.callSoon(() => log.push("next"));
        yield* sleep(0);
        expect(reports).toEqual([
          { message: "Exception in callback breaks", exception: error, handle },
        ]);
        yield* stillWorks();
      },
      { exceptionHandler: (_loop, context) => reports.push(context) },
    );
    expect(log).toEqual(["next"]);
  });

  test("of a timer reaches the handler as well", () => {
    const reports: unknown[] = [];
    runVirtual(
      function* main() {
        getRunningLoop().callLater(1, function breaks() {
          throw new Error("late");
        });
        yield* sleep(2);
      },
      {
        exceptionHandler: (_loop, { message, exception }) => reports.push(message, `${exception}`),
      },
    );
    expect(reports).toEqual(["Exception in callback breaks", "Error: late"]);
  });

  test("of a done callback reaches the handler with the future; the next one runs (B2 21)", () => {
    const reports: ExceptionContext[] = [];
    const log: string[] = [];
    const error = new Error("broken");
    runVirtual(
      function* main() {
        const future = new Future<number>();
        future.addDoneCallback(function breaks() {
          throw error;
        });
        future.addDoneCallback(() => log.push("second"));
        future.setResult(1);
        yield* sleep(0);
        expect(reports).toEqual([
          { message: "Exception in callback breaks", exception: error, future },
        ]);
      },
      { exceptionHandler: (_loop, context) => reports.push(context) },
    );
    expect(log).toEqual(["second"]);
  });
});

describe("Loop.setExceptionHandler()", () => {
  test("is called with the loop; null restores the default one", () => {
    const calls = watchConsole();
    const loop = new Loop(new VirtualHost());
    const seen: unknown[] = [];
    const handler = (of: Loop, context: ExceptionContext): void => {
      seen.push(of, context.message);
    };
    expect(loop.getExceptionHandler()).toBeNull();
    loop.setExceptionHandler(handler);
    expect(loop.getExceptionHandler()).toBe(handler);
    loop.callExceptionHandler({ message: "first" });
    loop.setExceptionHandler(null);
    loop.callExceptionHandler({ message: "second" });
    expect(seen).toEqual([loop, "first"]);
    expect(calls).toEqual([["second"]]);
  });

  test.each([undefined, 42, "print"])("refuses %j", (handler) => {
    const loop = new Loop(new VirtualHost());
    expect(() => loop.setExceptionHandler(handler as never)).toThrow(withCode("ERR_INVALID_ARG"));
  });

  test("a handler that raises is reported by the default one, and the loop lives (B2 12)", () => {
    const calls = watchConsole();
    const failure = new Error("handler is broken");
    runVirtual(
      function* main() {
        getRunningLoop().callSoon(() => {
          throw new Error("original");
        });
        yield* stillWorks();
      },
      {
        exceptionHandler: () => {
          throw failure;
        },
      },
    );
    expect(calls).toHaveLength(1);
    const [text, , error] = calls[0] as [string, string, unknown];
    expect(text).toMatch(/^Unhandled error in exception handler\n/);
    expect(text).toContain("Exception in callback (anonymous)");
    expect(error).toBe(failure);
  });

  test("KeyboardInterrupt from a handler passes through", () => {
    const loop = new Loop(new VirtualHost());
    loop.setExceptionHandler(() => {
      throw new KeyboardInterrupt();
    });
    loop.callSoon(() => {
      throw new Error("original");
    });
    expect(errorOf(() => loop.runForever())).toBeInstanceOf(KeyboardInterrupt);
  });

  test("runs in the context of the failing callback (B2 239)", () => {
    const request = new ContextVar("request", { default: "none" });
    const seen: string[] = [];
    runVirtual(
      function* main() {
        request.set("first");
        getRunningLoop().callSoon(() => {
          throw new Error("in a callback");
        });
        request.set("second");
        yield* sleep(0);
      },
      { exceptionHandler: () => seen.push(request.get()) },
    );
    expect(seen).toEqual(["first"]);
  });

  test("runs in the context of the failing task, also when its error is reported late (B2 239)", () => {
    const request = new ContextVar("request", { default: "none" });
    const seen: string[] = [];
    runVirtual(
      function* main() {
        const fails = function* (): Coroutine<void> {
          request.set("the task's");
          yield* sleep(0);
          throw new Error("in a task");
        };
        createTask(fails());
        yield* sleep(1);
        request.set("main's");
      },
      { exceptionHandler: () => seen.push(request.get()) },
    );
    expect(seen).toEqual(["the task's"]);
  });
});

describe("Loop.defaultExceptionHandler()", () => {
  test("prints the message, the rest in alphabetical order, and the error", () => {
    const calls = watchConsole();
    const loop = new Loop(new VirtualHost());
    const error = new Error("broken");
    loop.defaultExceptionHandler({
      message: "It broke",
      socket: "s",
      exception: error,
      future: loop.createFuture(),
    });
    expect(calls).toEqual([["It broke\nfuture: <Future pending>\nsocket: s", "\n", error]]);
  });

  test("prints something for a context without a message", () => {
    const calls = watchConsole();
    new Loop(new VirtualHost()).defaultExceptionHandler({} as ExceptionContext);
    expect(calls).toEqual([["Unhandled exception in event loop"]]);
  });

  test("prints where it was made, in debug mode", () => {
    const calls = watchConsole();
    runVirtual(
      function* main() {
        getRunningLoop().callSoon(function breaks() {
          throw new Error("broken");
        });
        yield* sleep(0);
      },
      { debug: true },
    );
    expect(calls[0]?.[0]).toMatch(
      /^Exception in callback breaks\nhandle: .*\ncreated at\n\s+at [\s\S]*exception-handler\.test/,
    );
  });
});

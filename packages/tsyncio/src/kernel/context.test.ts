import { describe, expect, test } from "vitest";
import { errorOf, withCode } from "../../test/errors.js";
import {
  Context,
  ContextVar,
  copyContext,
  createTask,
  Future,
  getRunningLoop,
  sleep,
  Token,
  toThread,
  waitFor,
} from "../index.js";
import { runVirtual } from "../testing.js";

describe("ContextVar.get()", () => {
  test("is the value, else the fallback, else the default", () => {
    const withDefault = new ContextVar("a", { default: "default" });
    const without = new ContextVar<string | undefined>("b");
    new Context().run(() => {
      expect([withDefault.get(), withDefault.get("fallback")]).toEqual(["default", "fallback"]);
      expect(without.get("fallback")).toBe("fallback");
      withDefault.set("value");
      expect([withDefault.get(), withDefault.get("fallback")]).toEqual(["value", "value"]);
    });
  });

  test("throws when there is none of them", () => {
    const variable = new ContextVar<string>("color");
    const error = errorOf(() => variable.get());
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({
      code: "ERR_CONTEXT_VAR_UNSET",
      message: expect.stringContaining('"color"'),
    });
  });

  test("takes undefined for a value, a fallback and a default", () => {
    const variable = new ContextVar<string | undefined>("a", { default: undefined });
    const without = new ContextVar<string | undefined>("b");
    new Context().run(() => {
      expect(variable.get()).toBeUndefined();
      expect(without.get(undefined)).toBeUndefined();
      without.set(undefined);
      expect(without.get("fallback")).toBeUndefined();
    });
  });

  test("is refused a name that is no string", () => {
    expect(() => new ContextVar(42 as never)).toThrow(withCode("ERR_INVALID_ARG"));
  });
});

describe("ContextVar.reset()", () => {
  const variable = new ContextVar<string>("color");

  test("restores the value before, or that there was none", () => {
    new Context().run(() => {
      const first = variable.set("red");
      const second = variable.set("blue");
      expect([first.oldValue, second.oldValue]).toEqual([undefined, "red"]);
      expect(second).toBeInstanceOf(Token);
      expect(second.variable).toBe(variable);
      variable.reset(second);
      expect(variable.get()).toBe("red");
      variable.reset(first);
      expect(() => variable.get()).toThrow(withCode("ERR_CONTEXT_VAR_UNSET"));
      expect(copyContext().has(variable as never)).toBe(false);
    });
  });

  test("refuses a token that was used, of another variable, or of another context", () => {
    new Context().run(() => {
      const token = variable.set("red");
      const other = new ContextVar<string>("other");
      const foreign = errorOf(() => other.reset(token));
      expect(foreign).toBeInstanceOf(RangeError);
      expect(foreign).toEqual(withCode("ERR_TOKEN_FOREIGN"));
      const elsewhere = errorOf(() => copyContext().run(() => variable.reset(token)));
      expect(elsewhere).toEqual(withCode("ERR_TOKEN_FOREIGN"));
      expect(variable.get()).toBe("red");
      variable.reset(token);
      expect(errorOf(() => variable.reset(token))).toEqual(withCode("ERR_TOKEN_USED"));
    });
  });
});

describe("Context", () => {
  const variable = new ContextVar("color", { default: "none" });

  test("run() makes it current, passes arguments and result, and keeps what was set", () => {
    const context = new Context();
    const result = context.run(
      (a: number, b: number) => {
        variable.set("red");
        return a + b;
      },
      1,
      2,
    );
    expect(result).toBe(3);
    expect([context.get(variable), variable.get()]).toEqual(["red", "none"]);
    expect(context.run(() => variable.get())).toBe("red");
  });

  test("run() restores the context around it after an error", () => {
    const context = new Context();
    const error = errorOf(() =>
      context.run(() => {
        variable.set("red");
        throw new Error("inside");
      }),
    );
    expect((error as Error).message).toBe("inside");
    expect(variable.get()).toBe("none");
    expect(context.run(() => variable.get())).toBe("red");
  });

  test("run() refuses to be entered twice, also from inside another", () => {
    const [a, b] = [new Context(), new Context()];
    const entered = withCode("ERR_CONTEXT_ENTERED");
    a.run(() => {
      expect(errorOf(() => a.run(() => {}))).toEqual(entered);
      b.run(() => expect(errorOf(() => a.run(() => {}))).toEqual(entered));
    });
    expect(a.run(() => "free again")).toBe("free again");
  });

  test("run() refuses the context of the task that runs", () => {
    runVirtual(function* main() {
      const context = new Context();
      const task = createTask(
        function* body() {
          return errorOf(() => context.run(() => {}));
        },
        { context },
      );
      expect(yield* task).toEqual(withCode("ERR_CONTEXT_ENTERED"));
    });
  });

  test("copy() is independent of the original", () => {
    const context = new Context();
    context.run(() => variable.set("red"));
    const copy = context.copy();
    copy.run(() => variable.set("blue"));
    expect([context.get(variable), copy.get(variable)]).toEqual(["red", "blue"]);
  });

  test("knows what is set in it", () => {
    const context = new Context();
    expect([context.size, context.has(variable as never), context.get(variable)]).toEqual([
      0,
      false,
      undefined,
    ]);
    context.run(() => variable.set("red"));
    expect([context.size, context.has(variable as never)]).toEqual([1, true]);
    expect([...context]).toEqual([[variable, "red"]]);
  });
});

describe("the context is copied", () => {
  const variable = new ContextVar("value", { default: 0 });

  test("at callSoon(), createTask(), addDoneCallback() and callLater() (B2 89-91)", () => {
    const seen: [string, number][] = [];
    const note = (what: string): void => {
      seen.push([what, variable.get()]);
    };
    runVirtual(function* main() {
      const loop = getRunningLoop();
      const future = new Future<void>();
      variable.set(1);
      future.addDoneCallback(() => note("done callback"));
      variable.set(2);
      loop.callSoon(() => note("call soon"));
      variable.set(3);
      loop.callLater(1, () => note("timer"));
      variable.set(4);
      createTask(function* task() {
        note("task");
        variable.set(40);
        yield* sleep(0);
        note("task later");
      });
      variable.set(5);
      future.setResult(undefined);
      yield* sleep(2);
      note("creator");
    });
    expect(seen).toEqual([
      ["call soon", 2],
      ["task", 4],
      ["done callback", 1],
      ["task later", 40],
      ["timer", 3],
      ["creator", 5],
    ]);
  });

  test("and not at waitFor(), which runs the coroutine in the caller's task (B2 92)", () => {
    runVirtual(function* main() {
      const sets = function* () {
        variable.set(7);
        yield* sleep(0);
      };
      yield* waitFor(sets(), 10);
      expect(variable.get()).toBe(7);
    });
  });

  test("at toThread(), whose function sees it and changes a copy (B2 93)", () => {
    runVirtual(function* main() {
      const inline = {
        submit<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): PromiseLike<Awaited<R>> {
          const job = new Future<Awaited<R>>();
          job.setResult(fn(...args) as Awaited<R>);
          return job;
        },
      };
      getRunningLoop().setDefaultExecutor(inline);
      variable.set(3);
      const seen = yield* toThread(() => {
        const seen = variable.get();
        variable.set(4);
        return seen;
      });
      expect([seen, variable.get()]).toEqual([3, 3]);
    });
  });

  test("at run(): what main sets is not seen outside", () => {
    runVirtual(function* main() {
      variable.set(9);
    });
    expect(variable.get()).toBe(0);
  });
});

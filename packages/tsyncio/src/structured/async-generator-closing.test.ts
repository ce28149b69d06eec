import { describe, expect, it } from "vitest";
import {
  asyncFor,
  asyncGenerator,
  asyncWith,
  BREAK,
  type CoroutineGenerator,
  currentTask,
  type Emit,
  type ExceptionContext,
  getRunningLoop,
  sleep,
  TaskGroup,
  timeout,
} from "../index.js";
import { runVirtual } from "../testing.js";
import { raisedBy } from "./steps.contract.js";

/** 1, 2, 3, one a second; notes in `log` when its cleanup, of two seconds, is over. */
function ticks(log: unknown[] = []): CoroutineGenerator<number> {
  return asyncGenerator<number>(function* (emit) {
    try {
      for (let n = 1; n <= 3; n++) {
        yield* sleep(1);
        yield* emit(n);
      }
    } finally {
      yield* sleep(2);
      log.push("closed");
    }
  });
}

describe("asyncGenerator, closed", () => {
  const done = { value: undefined, done: true };

  it("CoroutineGenerator.return() runs the body's cleanup, which may wait", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const source = ticks(log);
      yield* source.next();
      const end = yield* source.return();
      return [end, log, getRunningLoop().time(), yield* source.next(), yield* source.return()];
    });
    expect(seen).toEqual([done, ["closed"], 3, done, done]);
  });

  it("CoroutineGenerator.return() without cleanup ends it at once", () => {
    const seen = runVirtual(function* main() {
      const source = asyncGenerator<number>(function* (emit) {
        for (;;) yield* emit(1);
      });
      yield* source.next();
      return [yield* source.return(), yield* source.next()];
    });
    expect(seen).toEqual([done, done]);
  });

  it("CoroutineGenerator.return() before the first next() runs nothing of the body", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const source = ticks(log);
      return [yield* source.return(), yield* source.next(), log];
    });
    expect(seen).toEqual([done, done, []]);
  });

  it("CoroutineGenerator.return() raises what the cleanup raises", () => {
    const error = runVirtual(function* main() {
      const source = asyncGenerator<number>(function* (emit) {
        try {
          yield* emit(1);
        } finally {
          yield* sleep(1);
          // biome-ignore lint/correctness/noUnsafeFinally: that it does so is the point
          throw new RangeError("cleanup");
        }
      });
      yield* source.next();
      return yield* raisedBy(source.return());
    });
    expect(error).toEqual(new RangeError("cleanup"));
  });

  it("CoroutineGenerator.return() of a body that emits again is an error", () => {
    const error = runVirtual(function* main() {
      const source = asyncGenerator<number>(function* (emit) {
        try {
          yield* emit(1);
        } finally {
          yield* emit(2);
        }
      });
      yield* source.next();
      return yield* raisedBy(source.return());
    });
    expect(error).toMatchObject({
      name: "UsageError",
      code: "ERR_GENERATOR_IGNORED_EXIT",
      message: "Cannot close async generator: it emitted a value while it was being closed",
    });
  });

  it("asyncGenerator() left by BREAK is closed before asyncFor() goes on", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      yield* asyncFor(ticks(log), function* block() {
        return BREAK;
      });
      return [...log, getRunningLoop().time()];
    });
    expect(seen).toEqual(["closed", 3]);
  });

  it("asyncGenerator() closed inside a task group and a timeout() ends them and passes through", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const source = asyncGenerator<number>(function* (emit) {
        yield* asyncWith(timeout(100), function* limited() {
          yield* asyncWith(new TaskGroup(), function* block(group) {
            group.createTask(function* member() {
              try {
                yield* sleep(100);
              } finally {
                log.push("member ended");
              }
            });
            yield* sleep(1);
            yield* emit(1);
          });
        });
      });
      yield* asyncFor(source, function* block(n) {
        log.push(n);
        return BREAK;
      });
      return [...log, currentTask()?.cancelling(), getRunningLoop().time()];
    });
    expect(seen).toEqual([1, "member ended", 0, 1]);
  });

  it("asyncGenerator() that iterates another closes it when it is closed itself", () => {
    const seen = runVirtual(function* main() {
      const log: unknown[] = [];
      const source = asyncGenerator<number>(function* (emit) {
        try {
          yield* asyncFor(ticks(log), (n) => passOn(emit, n));
        } finally {
          log.push("outer closed");
        }
      });
      function* passOn(emit: Emit<number, undefined>, n: number) {
        yield* emit(n * 10);
      }
      const first = yield* source.next();
      yield* source.return();
      return [first.value, ...log];
    });
    expect(seen).toEqual([10, "closed", "outer closed"]);
  });

  it("asyncGenerator() that nobody closed is closed when its run ends", () => {
    const log: unknown[] = [];
    runVirtual(function* main() {
      yield* ticks(log).next();
      log.push(`main ends at ${getRunningLoop().time()}`);
    });
    expect(log).toEqual(["main ends at 1", "closed"]);
  });

  it("asyncGenerator() whose cleanup fails at the end of its run is reported", () => {
    const reports: ExceptionContext[] = [];
    runVirtual(
      function* main() {
        const source = asyncGenerator<number>(function* (emit) {
          try {
            yield* emit(1);
          } finally {
            // biome-ignore lint/correctness/noUnsafeFinally: that it does so is the point
            throw new RangeError("cleanup");
          }
        });
        yield* source.next();
      },
      { exceptionHandler: (_loop, context) => reports.push(context) },
    );
    expect(reports).toMatchObject([
      {
        message: "an error occurred during closing of asynchronous generator",
        exception: new RangeError("cleanup"),
      },
    ]);
  });
});

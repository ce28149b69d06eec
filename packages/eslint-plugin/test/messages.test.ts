import { Linter } from "eslint";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.js";

/** What the findings say: what was found and what to write, which depends on the function around. */

function messagesOf(code: string): string[] {
  return new Linter().verify(code, [plugin.configs.recommended]).map(({ message }) => message);
}

const IMPORT = 'import { gather, Queue, sleep } from "tsyncio"; const queue = new Queue();';

describe("no-floating-coroutine", () => {
  it("no-floating-coroutine offers both ways in a function*", () => {
    expect(messagesOf(`${IMPORT} function* main() { queue.put(1); }`)).toEqual([
      "Cannot run `queue.put(…)`: its coroutine is thrown away before anything of it runs; " +
        "write `yield* queue.put(…)` to wait for it, or `createTask(queue.put(…))` to let it run alongside",
    ]);
  });

  it("no-floating-coroutine speaks of await in an async function", () => {
    expect(messagesOf(`${IMPORT} async function main() { queue.get(); }`)).toEqual([
      "Cannot run `queue.get()`: its coroutine is thrown away before anything of it runs; " +
        "write `await queue.get()` to wait for it, or `createTask(queue.get())` to let it run alongside",
    ]);
  });

  it("no-floating-coroutine speaks of createTask() in an ordinary function", () => {
    expect(messagesOf("function* work() {} function f() { work(); }")).toEqual([
      "Cannot run `work()`: its coroutine is thrown away before anything of it runs; " +
        "write `createTask(work())` to let it run alongside, " +
        "or make the function around it a `function*` that waits with `yield* work()`",
    ]);
  });

  it("no-floating-coroutine speaks of run() outside functions", () => {
    expect(messagesOf("function* main() {} main();")).toEqual([
      "Cannot run `main()`: its coroutine is thrown away before anything of it runs; " +
        "write `run(main())` to start the program with it",
    ]);
  });

  it("no-floating-coroutine speaks of void where a future is thrown away", () => {
    expect(messagesOf(`${IMPORT} function* main() { gather(f(), g()); }`)).toEqual([
      "Cannot wait for `gather(…)`: its future is thrown away, and its error with it; " +
        "write `yield* gather(…)`, or `void gather(…)` if nobody needs its result",
    ]);
  });
});

describe("require-yield-star", () => {
  it("require-yield-star names what was yielded", () => {
    expect(messagesOf(`${IMPORT} function* main() { yield queue.get(); }`)).toEqual([
      "Cannot wait for `queue.get()`: `yield` hands it out instead of awaiting it; " +
        "write `yield* queue.get()`",
    ]);
  });

  it("require-yield-star keeps long and many-line expressions out of its message", () => {
    const long = `queue${"[0]".repeat(20)}`;
    const code = `import * as asyncio from "tsyncio"; const o = { ${"x".repeat(40)}: new asyncio.Queue() };
      function* main() { yield o.${"x".repeat(40)}.get(${long}); yield new asyncio.Future(${long});
        yield (function* () {
          yield* asyncio.sleep(1);
        })(); yield x ? asyncio.sleep(1) : asyncio.sleep(${long}); }`;
    const names = messagesOf(code).map((message) => /`([^`]*)`/.exec(message)?.[1]);
    expect(names).toEqual(["….get(…)", "new asyncio.Future(…)", "(function* …)()", "…"]);
  });
});

describe("plugin", () => {
  it("plugin.meta gives the name and version of the package", async () => {
    const manifest = await import("../package.json", { with: { type: "json" } });
    expect(plugin.meta).toEqual({
      name: manifest.default.name,
      version: manifest.default.version,
    });
  });
});

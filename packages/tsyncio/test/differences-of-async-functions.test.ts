/** The differences from CPython of lowered `async` functions, by the number of the row in docs/differences.md. */

import { createTask, currentTask, Future, getRunningLoop, run, sleep, type Task } from "tsyncio";
import { discard } from "tsyncio/coroutine";
import { runVirtual } from "tsyncio/testing";
import { expect, it } from "vitest";
import { asyncFunction, at } from "./async-function.js";
import { threadReports } from "./reports.js";

const reports = threadReports();

const work = asyncFunction("work", function* (log: string[], name: string) {
  log.push(name);
  yield sleep(1);
  return name;
});

it("D37 a call that the source throws away starts in the background; one that is kept is reported", () => {
  const log: string[] = [];
  const main = asyncFunction("main", function* () {
    discard(work(log, "thrown away"));
    const kept = work(log, "kept");
    log.push(typeof kept);
    yield sleep(1);
  });
  runVirtual(main, { exceptionHandler: (_, { message }) => log.push(message) });
  expect(log).toEqual([
    "object",
    "thrown away",
    "coroutine work() was never awaited (it is defined at work.ts:1:1)",
  ]);
});

it("D38 returning a coroutine awaits it", () => {
  const outer = asyncFunction("outer", function* () {
    return work([], "inner");
  });
  const main = asyncFunction("main", function* () {
    return yield outer();
  });
  expect(runVirtual(main)).toBe("inner");
});

it("D39 a coroutine can be awaited again, and while a task has it", () => {
  const log: string[] = [];
  const main = asyncFunction("main", function* () {
    const coroutine = work(log, "once");
    const task = createTask(coroutine);
    const joined: unknown = yield coroutine;
    return [joined, yield coroutine, yield task];
  });
  expect(runVirtual(main)).toEqual(["once", "once", "once"]);
  expect(log).toEqual(["once"]);
});

it("D40 await takes promises and plain values, which cost a turn", async () => {
  const main = asyncFunction("main", function* () {
    const log: unknown[] = [];
    getRunningLoop().callSoon(() => log.push("turn"));
    log.push(yield 1);
    log.push(yield Promise.resolve(2));
    return log;
  });
  expect(await run(main)).toEqual(["turn", 1, 2]);
});

it("D41 a call outside any task begins at once, and run() takes it over", async () => {
  const log: string[] = [];
  const main = asyncFunction("main", function* () {
    log.push("begins");
    const task = currentTask();
    yield sleep(0);
    return currentTask() === task;
  });
  const coroutine = main();
  log.push("called");
  expect(await run(coroutine)).toBe(true);
  expect(log).toEqual(["begins", "called"]);
  await reports.all();
  expect(reports.list).toEqual([]);
});

it("D42 an async function that is a callback runs as a task", () => {
  const log: string[] = [];
  const main = asyncFunction("main", function* () {
    getRunningLoop().callSoon(() => work(log, "callback"));
    yield sleep(2);
  });
  runVirtual(main);
  expect(log).toEqual(["callback"]);
});

it("D43 the stack of a task of lowered functions has all of them", () => {
  const outer = asyncFunction("outer", function* () {
    yield at(
      0,
      asyncFunction("inner", function* () {
        yield at(1, new Future());
      })(),
    );
  });
  const main = asyncFunction("main", function* () {
    const task: Task<void> = createTask(outer());
    yield sleep(1);
    const stack = task.getStack();
    task.cancel();
    return stack;
  });
  expect(runVirtual(main)).toEqual([
    { functionName: "outer", file: "outer.ts", line: 2 },
    { functionName: "inner", file: "inner.ts", line: 3 },
  ]);
});

import { close, open, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { raisedBy } from "../../../test/errors.js";
import { createTask, gather, run } from "../../index.js";
import { errorAt, FileOperation } from "./file-operation.js";
import { openBelow, testFolder } from "./folder.contract.js";

const at = testFolder();

describe("FileOperation", () => {
  it("FileOperation gives its result to undo, and waits for that, when the task is cancelled after it was woken", async () => {
    writeFileSync(at("file"), "");
    await run(function* main() {
      const opening = new FileOperation<number>({
        label: "opening",
        path: at("file"),
        start: (done) => open(at("file"), done),
        undo: (fd, done) => close(fd, () => done()),
      });
      opening.addWaiter({ run: () => task.cancel() });
      const task = createTask(opening);
      yield* gather([task], { returnExceptions: true });
      expect(task.cancelled()).toBe(true);
      expect(openBelow(at())).toEqual([]);
    });
  });

  it("FileOperation aborts its signal when it is cancelled, and never when it is done", async () => {
    await run(function* main() {
      const signals: AbortSignal[] = [];
      const waiting = (end: boolean) =>
        new FileOperation<void>({
          label: "waiting",
          path: "/",
          start: (done, signal) => {
            signals.push(signal);
            if (end) queueMicrotask(() => done(null));
            else signal.addEventListener("abort", () => done(signal.reason));
          },
        });
      yield* waiting(true);
      const task = createTask(waiting(false));
      yield* waiting(true);
      task.cancel();
      yield* gather([task], { returnExceptions: true });
      expect(signals.filter((signal) => signal.aborted)).toHaveLength(1);
    });
  });

  it("FileOperation raises what its call throws", async () => {
    const thrown = new TypeError("bad argument");
    const operation = new FileOperation<void>({
      label: "failing",
      path: "/",
      start: () => {
        throw thrown;
      },
    });
    expect(await run(raisedBy(operation))).toBe(thrown);
  });
});

describe("errorAt()", () => {
  it("errorAt() leaves errors that have a path or are not the system's", () => {
    const located = Object.assign(new Error("x"), { errno: -2, path: "/there" });
    expect(errorAt("/here", located)).toBe(located);
    const other = new Error("x");
    expect(errorAt("/here", other)).toBe(other);
  });
});

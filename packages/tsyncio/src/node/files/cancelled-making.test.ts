/** What is being made or opened for a task that is cancelled then: when the run has ended, nothing of it is left. */
import { execFileSync } from "node:child_process";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { programs } from "../../../test/start-program.js";
import {
  type AsyncContextManager,
  asyncWith,
  type Coroutine,
  createTask,
  run,
  sleep,
  wait,
} from "../../index.js";
import { openBelow, testFolder } from "./folder.contract.js";
import { openFile } from "./open-file.js";
import { temporaryFile } from "./temporary-file.js";
import { temporaryFolder } from "./temporary-folder.js";
import { replaceFile } from "./write-file-atomic.js";

const at = testFolder();
const start = programs();

/** Cancels a block that lasts, `cancels` times, when its task has had `turns` turns; then nothing is to be below. */
function* cancelled(
  manager: AsyncContextManager<unknown>,
  turns: number,
  cancels: number,
): Coroutine<string[]> {
  const task = createTask(asyncWith<unknown, void>(manager, () => sleep("1h")));
  for (let turn = 0; turn < turns; turn++) yield* sleep(turn < 3 ? 0 : "0.1ms");
  for (let cancel = 0; cancel < cancels; cancel++) {
    task.cancel();
    yield* sleep(0);
  }
  yield* wait([task]);
  expect(task.cancelled()).toBe(true);
  return readdirSync(at());
}

describe("temporaryFile(), temporaryFolder(), replaceFile(), cancelled", () => {
  const makers = {
    temporaryFile: () => temporaryFile({ folder: at() }),
    temporaryFolder: () => temporaryFolder({ folder: at() }),
    replaceFile: () => replaceFile(at("target")),
  };
  for (const [name, make] of Object.entries(makers)) {
    it(`${name}() has left nothing when the cancelled task has ended, whenever and however often it was cancelled`, async () => {
      for (let turns = 1; turns < 9; turns++) {
        for (const cancels of [1, 2, 3]) {
          expect(await run(cancelled(make(), turns, cancels))).toEqual([]);
          expect(openBelow(at())).toEqual([]);
        }
      }
    });

    it(`${name}() has left nothing when main ends while it is being made`, async () => {
      await run(function* main() {
        for (let n = 0; n < 20; n++) {
          createTask(asyncWith<unknown, void>(make(), () => sleep("1h")));
        }
        yield* sleep(0);
      });
      expect([readdirSync(at()), openBelow(at())]).toEqual([[], []]);
    });
  }

  it("temporaryFile(), temporaryFolder() and replaceFile() leave nothing behind Ctrl-C", async () => {
    const program = start("temporary-interrupted");
    await program.printed("ready");
    program.interrupt();
    const { lines, signal } = await program.ended();
    const [folder = ""] = lines;
    const left = readdirSync(folder);
    rmSync(folder, { recursive: true });
    expect([left.filter((name) => name !== "target"), signal]).toEqual([[], "SIGINT"]);
  });
});

describe("openFile(), cancelled", () => {
  it("openFile() releases its task at once, and has closed the file when the run has ended", async () => {
    writeFileSync(at("file"), "");
    await run(function* main() {
      const tasks = Array.from({ length: 20 }, () => createTask(openFile(at("file"))));
      yield* sleep(0);
      for (const task of tasks) task.cancel();
      yield* sleep(0);
      yield* sleep(0);
      expect(tasks.filter((task) => !task.cancelled())).toHaveLength(0);
    });
    expect(openBelow(at())).toEqual([]);
  });

  it("openFile() of a pipe without another end does not hold up the end of the run for ever", async () => {
    execFileSync("mkfifo", [at("pipe")]);
    await run(function* main() {
      createTask(openFile(at("pipe")));
      yield* sleep(0);
    });
    await run(asyncWith(openFile(at("pipe"), "r+"), () => sleep(0)));
  });

  it("File.close() has closed the file when the run has ended", async () => {
    writeFileSync(at("file"), "");
    await run(function* main() {
      const file = yield* openFile(at("file"), "r+");
      createTask(file.write(Buffer.alloc(5_000_000)));
      createTask(file.close());
      yield* sleep(0);
    });
    expect(openBelow(at())).toEqual([]);
  });
});

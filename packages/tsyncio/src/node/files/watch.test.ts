import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { describe, expect, it } from "vitest";
import { raisedBy } from "../../../test/errors.js";
import { asyncFor, asyncWith, BREAK, createTask, gather, run, sleep } from "../../index.js";
import { testFolder, until } from "./folder.contract.js";
import { type Change, watch } from "./watch.js";

const at = testFolder();

/** How many watches the system has for this process. */
function watches(): number {
  let count = 0;
  for (const fd of readdirSync("/proc/self/fd")) {
    const info = `/proc/self/fdinfo/${fd}`;
    if (existsSync(info)) count += readFileSync(info, "utf8").match(/^inotify wd/gm)?.length ?? 0;
  }
  return count;
}

describe("watch()", () => {
  it("watch() with asyncWith gives what has changed since the block began, and stops with it", async () => {
    writeFileSync(at("old"), "");
    await run(function* main() {
      yield* asyncWith(watch(at()), function* (changes) {
        expect(watches()).toBe(1);
        writeFileSync(at("new"), "");
        appendFileSync(at("old"), "x");
        const wanted = new Set([`rename ${at("new")}`, `change ${at("old")}`]);
        yield* asyncFor(changes, function* ({ kind, path }) {
          wanted.delete(`${kind} ${path}`);
          return wanted.size === 0 ? BREAK : undefined;
        });
        // Leaving the loop has not ended the watch.
        writeFileSync(at("newer"), "");
        yield* asyncFor(changes, function* ({ path }) {
          return path === at("newer") ? BREAK : undefined;
        });
      });
      yield* until(() => watches() === 0);
    });
  });

  it("watch() of a file names the file", async () => {
    writeFileSync(at("file"), "");
    const change = await run(
      asyncWith(watch(at("file")), function* (changes) {
        appendFileSync(at("file"), "x");
        let first: Change | undefined;
        yield* asyncFor(changes, function* (each) {
          first = each;
          return BREAK;
        });
        return first;
      }),
    );
    expect(change).toEqual({ kind: "change", path: at("file") });
  });

  it("watch() of a folder tells by its own path that the folder is gone", async () => {
    mkdirSync(at("folder"));
    mkdirSync(at("folder", "folder"));
    const seen = await run(
      asyncWith(watch(at("folder")), function* (changes) {
        const paths: string[] = [];
        rmdirSync(at("folder", "folder"));
        yield* asyncFor(changes, function* ({ path }) {
          paths.push(path);
          return BREAK;
        });
        rmdirSync(at("folder"));
        yield* asyncFor(changes, function* ({ kind, path }) {
          paths.push(path);
          expect(kind).toBe("rename");
          return BREAK;
        });
        return paths;
      }),
    );
    expect(seen).toEqual([at("folder", "folder"), at("folder")]);
  });

  it("watch() with asyncFor alone stops when the loop is left or cancelled, at once", async () => {
    await run(function* main() {
      const seeing = createTask(
        asyncFor(watch(at()), function* () {
          return BREAK;
        }),
      );
      yield* sleep(0);
      yield* sleep(0);
      expect(watches()).toBe(1);
      writeFileSync(at("new"), "");
      yield* seeing;
      yield* until(() => watches() === 0);
      const waiting = createTask(asyncFor(watch(at()), function* () {}));
      yield* sleep(0);
      yield* sleep(0);
      expect(watches()).toBe(1);
      waiting.cancel();
      yield* gather([waiting], { returnExceptions: true });
      expect(waiting.cancelled()).toBe(true);
      expect(watches()).toBe(0);
    });
  });

  it("watch() with recursive sees the folders below", async () => {
    mkdirSync(at("below"));
    await run(function* main() {
      yield* asyncWith(watch(at(), { recursive: true }), function* (changes) {
        writeFileSync(at("below", "new"), "");
        yield* asyncFor(changes, function* ({ path }) {
          return path === at("below", "new") ? BREAK : undefined;
        });
      });
      yield* until(() => watches() === 0);
    });
  });

  it("watch() keeps a bounded number of changes, and says when it lost some", async () => {
    await run(
      asyncWith(watch(at()), (slow) =>
        asyncWith(watch(at()), function* (fast) {
          for (let n = 0; n < 1500; n++) writeFileSync(at(`file ${n}`), "");
          writeFileSync(at("last"), "");
          // The one that is read hears of everything, and then the other has too.
          yield* asyncFor(fast, function* ({ path }) {
            return path === at("last") ? BREAK : undefined;
          });
          const first = yield* slow[Symbol.asyncIterator]().next();
          expect(first.value).toEqual({ kind: "overflow", path: at() });
        }),
      ),
    );
  });

  it("watch() gives a change to the next reader when the first is cancelled as it is woken", async () => {
    await run(
      asyncWith(watch(at()), function* (changes) {
        const iterator = changes[Symbol.asyncIterator]();
        const canceller = createTask(function* cancels() {
          yield* iterator.next();
          first.cancel();
        });
        const first = createTask(iterator.next());
        const second = createTask(iterator.next());
        yield* sleep(0);
        mkdirSync(at("one"));
        mkdirSync(at("two"));
        yield* canceller;
        yield* gather([first], { returnExceptions: true });
        expect(first.cancelled()).toBe(true);
        expect((yield* second).value).toEqual({ kind: "rename", path: at("two") });
      }),
    );
  });

  it("watch() raises the system's error with the path", async () => {
    const path = at("missing");
    const error = await run(raisedBy(asyncWith(watch(path), function* () {})));
    expect(error).toMatchObject({ code: "ENOENT", path });
    expect(await run(raisedBy(asyncFor(watch(path), function* () {})))).toMatchObject({ path });
    const used = watch(at());
    await run(asyncWith(used, function* () {}));
    expect(await run(raisedBy(asyncWith(used, function* () {})))).toMatchObject({
      code: "ERR_WATCHER_USED",
    });
  });
});

import { EventEmitter } from "node:events";
import * as asyncio from "tsyncio";
import { describe, expect, it } from "vitest";
import { loadLowered, type Module } from "./programs.js";

/**
 * What a call of a lowered function does, place by place: the rows of the table in docs/transform.md.
 */

const SOURCE = `
const asyncio = require("tsyncio");
const log = exports.log = [];
async function work(name, seconds = 0) { log.push(name + " begins"); await asyncio.sleep(seconds); log.push(name + " ends"); return name; }
`;

/** A program with `work`, whose `main` is run by `asyncio.run`. */
async function logOf(code: string): Promise<unknown> {
  const module = loadLowered(SOURCE + code);
  await asyncio.run(() => module.main() as PromiseLike<unknown>);
  return module["log"];
}

describe("inside a task", () => {
  it("a call that is kept runs nothing before it is awaited", async () => {
    const log = await logOf(`exports.main = async () => {
      const kept = work("kept");
      await asyncio.sleep(0); await asyncio.sleep(0);
      log.push("awaited");
      await kept;
    };`);
    expect(log).toEqual(["awaited", "kept begins", "kept ends"]);
  });

  it("a call that is kept and never awaited is reported when its run ends, with name and place", async () => {
    const log = await logOf(`exports.main = async () => {
      asyncio.getRunningLoop().setExceptionHandler((loop, { message }) => { log.push(message); loop.setExceptionHandler(null); });
      const forgotten = work("forgotten");
    };`);
    expect(log).toEqual(["coroutine work() was never awaited (it is defined at program.cjs:4:1)"]);
  });

  it("a call used as a statement starts when its task next waits, and ends with the run", async () => {
    const log = await logOf(`exports.main = async () => {
      work("statement"); void work("void"); true && work("and"); (work("first"), work("last"));
      log.push("called");
      await asyncio.sleep(0); await asyncio.sleep(0); await asyncio.sleep(0);
      work("late", 3600);
      await asyncio.sleep(0);
    };`);
    const names = ["statement", "void", "and", "first", "last"];
    expect(log).toEqual([
      "called",
      ...names.map((name) => `${name} begins`),
      ...names.map((name) => `${name} ends`),
      "late begins",
    ]);
  });

  it("emit: a listener starts in the background", async () => {
    const log = await logOf(`exports.main = async () => {
      const { EventEmitter } = require("node:events");
      const emitter = new EventEmitter();
      emitter.on("x", async (name) => { await work(name); });
      emitter.once("x", async function once(name) { log.push(emitter.listeners("x").includes(once)); });
      emitter.emit("x", "heard");
      log.push("emitted");
      await asyncio.sleep(0); await asyncio.sleep(0);
    };`);
    expect(log).toEqual(["emitted", "heard begins", false, "heard ends"]);
  });

  it("a listener can remove itself by its own name", async () => {
    const log = await logOf(`exports.main = async () => {
      const { EventEmitter } = require("node:events");
      const emitter = new EventEmitter();
      emitter.on("x", async function listener() { emitter.off("x", listener); log.push("heard"); });
      emitter.emit("x"); await asyncio.sleep(0);
      emitter.emit("x"); await asyncio.sleep(0);
    };`);
    expect(log).toEqual(["heard"]);
  });

  it("forEach: each call starts in the background", async () => {
    const log = await logOf(`exports.main = async () => {
      ["a", "b"].forEach(async (name) => { await work(name); });
      log.push("called");
      await asyncio.sleep(0); await asyncio.sleep(0);
    };`);
    expect(log).toEqual(["called", "a begins", "b begins", "a ends", "b ends"]);
  });

  it("map: each call starts in the background, and what it gives can be awaited", async () => {
    const log = await logOf(`exports.main = async () => {
      log.push(await asyncio.gather(["a", "b"].map(async (name) => await work(name))));
      log.push(await Promise.all(["c"].map(async (name) => await work(name))));
    };`);
    expect(log).toEqual([
      ...["a begins", "b begins", "a ends", "b ends", ["a", "b"]],
      ...["c begins", "c ends", ["c"]],
    ]);
  });

  it("map, with a named function: the coroutines wait to be awaited", async () => {
    const log = await logOf(`exports.main = async () => {
      const [a, b] = ["a", "b"].map((name) => work(name));
      const named = ["c"].map(work);
      await asyncio.sleep(0);
      log.push("awaited");
      log.push(await b, await a, await named[0]);
    };`);
    const runs = ["b", "a", "c"].flatMap((name) => [`${name} begins`, `${name} ends`]);
    expect(log).toEqual(["awaited", ...runs, "b", "a", "c"]);
  });

  it("new Promise: an async executor starts in the background", async () => {
    const log = await logOf(`exports.main = async () => {
      const promise = new Promise(async (resolve) => resolve(await work("executor")));
      log.push("made");
      log.push(await promise);
    };`);
    expect(log).toEqual(["made", "executor begins", "executor ends", "executor"]);
  });

  it("a function given to tsyncio is tsyncio's to call", async () => {
    const log = await logOf(`exports.main = async () => {
      const task = asyncio.createTask(async () => { await work("task"); return "result"; });
      log.push("made");
      log.push(await task);
    };`);
    expect(log).toEqual(["made", "task begins", "task ends", "result"]);
  });

  it("a function given to a task group's createTask runs once, as the group's task", async () => {
    const log = await logOf(`exports.main = async () => {
      await asyncio.asyncWith(new asyncio.TaskGroup(), async (group) => {
        group.createTask(async () => { await work("in group", 0.001); });
        log.push("made");
      });
      log.push("group done");
    };`);
    expect(log).toEqual(["made", "in group begins", "in group ends", "group done"]);
  });
});

it("an operation as a statement is reported: it was never awaited", async () => {
  const log = await logOf(`exports.main = async () => {
    const queue = new asyncio.Queue();
    asyncio.getRunningLoop().setExceptionHandler((_, { message }) => log.push(message));
    asyncio.sleep(1);
    queue.put("lost");
    void asyncio.sleep(2);
    asyncio.createTask(asyncio.sleep(3));
    await queue.put("kept");
    log.push(queue.qsize());
  };`);
  expect(log).toEqual([
    "sleep(1) was never awaited; write await",
    "Queue.put() on a queue of 0 was never awaited; write await",
    "sleep(2) was never awaited; write await",
    1,
  ]);
});

describe("in a callback of a loop", () => {
  it("a call is lazy, for whoever awaits it", async () => {
    const log = await logOf(`exports.main = async () => {
      let kept;
      asyncio.getRunningLoop().callSoon(() => { kept = work("kept"); log.push("called"); });
      await asyncio.sleep(0); await asyncio.sleep(0);
      log.push(await kept);
    };`);
    expect(log).toEqual(["called", "kept begins", "kept ends", "kept"]);
  });

  it("an async function that is the callback runs as a task", async () => {
    const log = await logOf(`exports.main = async () => {
      asyncio.getRunningLoop().callSoon(async () => { await work("callback"); });
      log.push("scheduled");
      await asyncio.sleep(0.01);
    };`);
    expect(log).toEqual(["scheduled", "callback begins", "callback ends"]);
  });
});

describe("outside any task", () => {
  const HANDLERS = `
    exports.handler = async (name) => { log.push(name + " sync"); await work(name); return name; };
    exports.slow = async (name) => { await work(name, 0.001); return name; };
    exports.main = async () => { await asyncio.sleep(0.005); };
  `;
  function load(): Module & { handler(name: string): Promise<string>; log: unknown[] } {
    return loadLowered(SOURCE + HANDLERS) as ReturnType<typeof load>;
  }

  it("top level: a call starts at once, and a run that follows adopts it", async () => {
    const module = loadLowered(`${SOURCE}
      work("top", 0.001);
      log.push("line after");
      exports.main = async () => { log.push("main"); await asyncio.sleep(0.01); };
    `);
    await asyncio.run(() => module.main() as PromiseLike<unknown>);
    expect(module["log"]).toEqual(["top begins", "line after", "main", "top ends"]);
  });

  it("a DOM event without run: the listener starts at once, up to its first wait", async () => {
    const { handler, log } = load();
    const button = new EventTarget();
    const done = new Promise((resolve) => {
      button.addEventListener("click", () => void handler("click").then(resolve));
    });
    button.dispatchEvent(new Event("click"));
    expect(log).toEqual(["click sync", "click begins"]);
    expect(await done).toBe("click");
  });

  it("a test runner awaits what a lowered test gives", load()["slow"] as () => Promise<unknown>);

  it("a test runner's function may start runs", async () => {
    const module = loadLowered(`${SOURCE}
      exports.main = async () => [await asyncio.run(work("run", 0.001)), await asyncio.run(work)];
    `);
    expect(await module.main()).toEqual(["run", undefined]);
  });

  it("a framework handler gives what a framework takes for a promise", async () => {
    const { handler, log } = load();
    const response = handler("request");
    expect(response instanceof Promise).toBe(true);
    expect(await Promise.resolve(response)).toBe("request");
    expect(await response.catch(() => "failed").finally(() => log.push("finally"))).toBe("request");
    expect(log).toEqual(["request sync", "request begins", "request ends", "finally"]);
  });

  it("an emitter calls it as a plain function", async () => {
    const { handler, log } = load();
    const emitter = new EventEmitter();
    const result = new Promise((resolve) => {
      emitter.on("x", (name: string) => void handler(name).then(resolve));
    });
    emitter.emit("x", "event");
    expect(log).toEqual(["event sync", "event begins"]);
    expect(await result).toBe("event");
  });

  it("a timer calls it as a plain function", async () => {
    const { handler, log } = load();
    const begun = await new Promise<unknown>((resolve) => {
      setTimeout(() => {
        const result = handler("timer");
        resolve([...log, result instanceof Promise]);
      });
    });
    expect(begun).toEqual(["timer sync", "timer begins", true]);
  });

  it("an error of a call reaches who awaits it", async () => {
    const module = loadLowered(`exports.main = async () => { throw new Error("refused"); };`);
    await expect(module.main()).rejects.toThrow("refused");
  });
});

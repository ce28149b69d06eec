import { describe, expect, it } from "vitest";
import { runLowered, same } from "./programs.js";

describe("await using", () => {
  const SOURCE = `
      Symbol.asyncDispose ??= Symbol.for("Symbol.asyncDispose"); Symbol.dispose ??= Symbol.for("Symbol.dispose");
      const log = [];
      const open = (name, fails) => ({ name, async [Symbol.asyncDispose]() { await null; log.push("close " + name); if (fails) throw new Error(name); } });
      const plain = (name) => ({ name, [Symbol.dispose]() { log.push("plain " + name); } });
  `;

  it("await using closes in reverse order, however the block is left", async () => {
    await same(
      `${SOURCE}
      async function block(how) {
        for (const i of [1, 2]) {
          await using a = open("a" + i), b = plain("b" + i);
          using c = plain("c" + i);
          await using none = null;
          log.push(how + a.name);
          if (how === "continue") continue;
          if (how === "break") break;
          if (how === "return") return "returned";
          if (how === "throw") throw new Error("thrown");
        }
        return "ended";
      }
      exports.main = async () => {
        const results = [];
        for (const how of ["continue", "break", "return", "throw"]) { try { results.push(await block(how)); } catch (e) { results.push(e.message); } }
        return [results, log];
      };
      `,
      [
        ["ended", "ended", "returned", "thrown"],
        [
          ...["continuea1", "plain c1", "plain b1", "close a1"],
          ...["continuea2", "plain c2", "plain b2", "close a2"],
          ...["breaka1", "plain c1", "plain b1", "close a1"],
          ...["returna1", "plain c1", "plain b1", "close a1"],
          ...["throwa1", "plain c1", "plain b1", "close a1"],
        ],
      ],
      "program.cts",
    );
  });

  it("await using keeps all errors, the last one outermost", async () => {
    const outcome = await runLowered(
      `${SOURCE}
      async function f() { await using a = open("a", true), b = open("b", true); throw new Error("body"); }
      async function g() { await using x = 5; }
      exports.main = async () => {
        const out = [];
        try { await f(); } catch (e) { out.push(e.name, e.error.message, e.suppressed.error.message, e.suppressed.suppressed.message); }
        try { await g(); } catch (e) { out.push(e instanceof TypeError); }
        return [out, log];
      };
      `,
    );
    expect(outcome).toEqual([
      ["SuppressedError", "a", "b", "body", true],
      ["close b", "close a"],
    ]);
  });

  it("await using declares in heads of loops", async () => {
    const outcome = await runLowered(
      `${SOURCE}
      exports.main = async () => {
        outer: for (await using x of [open("x1"), open("x2")]) { log.push(x.name); continue outer; }
        for await (await using y of [open("y1"), open("y2"), open("y3")]) { if (y.name === "y2") break; log.push(y.name); }
        for await (using z of [plain("z")]) log.push(z.name);
        first: for (await using w = open("w"); ;) { log.push(w.name); break first; }
        return log;
      };
      `,
    );
    expect(outcome).toEqual([
      ...["x1", "close x1", "x2", "close x2"],
      ...["y1", "close y1", "close y2"],
      ...["z", "plain z", "w", "close w"],
    ]);
  });

  it("await using closes in the task that runs the block", async () => {
    const outcome = await runLowered(`
      const asyncio = require("tsyncio");
      exports.main = async () => {
        const tasks = [];
        { await using x = { async [Symbol.asyncDispose]() { tasks.push(asyncio.currentTask()); await asyncio.sleep(0); tasks.push(asyncio.currentTask()); } }; }
        return tasks.every((task) => task === asyncio.currentTask());
      };
    `);
    expect(outcome).toBe(true);
  });
});

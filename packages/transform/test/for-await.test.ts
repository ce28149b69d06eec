import { describe, expect, it } from "vitest";
import { runLowered, same } from "./programs.js";

describe("for await", () => {
  const SOURCE = `
      const log = [];
      async function* count(n, tag = "") { try { for (let i = 0; i < n; i++) yield i; } finally { log.push("closed" + tag); await null; } }
  `;

  it("for await reads async and plain iterables into targets of every kind", async () => {
    await same(
      `${SOURCE}
      exports.main = async () => {
        const seen = []; const o = {}; let v; var w;
        for await (const x of count(2)) seen.push(x);
        for await (let [a, b = a] of [[1], Promise.resolve([2, 3])]) seen.push(a + b);
        for await (o.x of new Set([4])) seen.push(o.x);
        for await ({ v } of [{ v: 5 }]) seen.push(v);
        for await ([w] of [[6]]) { seen.push(w); }
        for await (var z of [Promise.resolve(7)]) { const z = 8; seen.push(z); }
        for await (const x of [1]) { let x = 9; seen.push(x); }
        return [seen, z, log];
      };
      `,
      [[0, 1, 2, 5, 4, 5, 6, 8, 9], 7, ["closed"]],
    );
  });

  it("for await closes its iterator when the loop is left early", async () => {
    await same(
      `${SOURCE}
      async function leaves(how) {
        outer: for (const round of [1, 2]) {
          inner: for await (const x of count(3, how + round)) {
            if (how === "break") break;
            if (how === "continue") continue inner;
            if (how === "outer") continue outer;
            if (how === "leave") break outer;
            if (how === "return") return "returned";
            if (how === "throw") throw new Error("thrown");
          }
        }
        return "ended";
      }
      exports.main = async () => {
        const results = [];
        for (const how of ["break", "continue", "outer", "leave", "return", "throw"]) {
          try { results.push(await leaves(how)); } catch (e) { results.push(e.message); }
        }
        return [results, log];
      };
      `,
      [
        ["ended", "ended", "ended", "ended", "returned", "thrown"],
        [
          "closedbreak1",
          "closedbreak2",
          "closedcontinue1",
          "closedcontinue2",
          "closedouter1",
          "closedouter2",
          "closedleave1",
          "closedreturn1",
          "closedthrow1",
        ],
      ],
    );
  });

  it("for await does not close an iterator that fails, and keeps the first of two errors", async () => {
    await same(
      `
      const make = (fail) => ({ log: [], [Symbol.asyncIterator]() { return this; },
        async next() { if (fail === "next") throw new Error("next"); return { value: 1, done: false }; },
        async return() { this.log.push("return"); if (fail === "return") throw new Error("return"); return {}; } });
      async function run(it, body) { try { for await (const x of it) body(x); } catch (e) { it.log.push(e.message); } return it.log; }
      async function leave(it) { try { for await (const x of it) break; } catch (e) { it.log.push(e.message); } return it.log; }
      exports.main = async () => [
        await run(make("next"), () => {}), await run(make("return"), () => { throw new Error("body"); }), await leave(make("return")), await leave(make()),
      ];
      `,
      [["next"], ["return", "body"], ["return", "return"], ["return"]],
    );
  });

  it("for await gives each turn its own variable", async () => {
    await same(
      `${SOURCE}
      exports.main = async () => { const made = []; for await (const x of count(3)) made.push(async () => x); return await Promise.all(made.map((f) => f())); };
      `,
      [0, 1, 2],
    );
  });

  it("for await does not lose a cancellation that comes while it closes after an error", async () => {
    const outcome = await runLowered(`
      const asyncio = require("tsyncio");
      const source = { [Symbol.asyncIterator]() { return this; }, async next() { return { value: 1, done: false }; },
        async return() { await asyncio.sleep(3600); return {}; } };
      async function read() { for await (const x of source) throw new Error("body"); }
      exports.main = async () => {
        const task = asyncio.createTask(read());
        await asyncio.sleep(0);
        task.cancel();
        await asyncio.wait([task]);
        return task.cancelled();
      };
    `);
    expect(outcome).toBe(true);
  });
});

import { describe, it } from "vitest";
import { same } from "./programs.js";

describe("async generators", () => {
  it("async generators speak the native protocol", async () => {
    await same(
      `
      const log = [];
      async function* talk(a, b = a) {
        try { const x = yield a; log.push(x); const y = yield await Promise.resolve(b); log.push(y); yield; }
        catch (e) { log.push(e.message); const z = yield "caught"; log.push(z); return "done"; }
        finally { log.push("finally"); }
      }
      exports.main = async () => {
        const g = talk(1);
        const steps = [await g.next("ignored"), await g.next("x"), await g.throw(new Error("e")), await g.next("z"), await g.next()];
        const early = talk(2); await early.next();
        steps.push(await early.return("r"), await early.next(), g[Symbol.asyncIterator]() === g, typeof g.throw);
        return [steps, log];
      };
      `,
      [
        [
          { value: 1, done: false },
          { value: 1, done: false },
          { value: "caught", done: false },
          { value: "done", done: true },
          { value: undefined, done: true },
          { value: "r", done: true },
          { value: undefined, done: true },
          true,
          "function",
        ],
        ["x", "e", "z", "finally", "finally"],
      ],
    );
  });

  it("async generators await what they yield and return", async () => {
    await same(
      `
      async function* g() { yield Promise.resolve(1); try { yield Promise.reject(new Error("no")); } catch (e) { yield e.message; } return Promise.resolve("end"); }
      exports.main = async () => { const i = g(); return [await i.next(), await i.next(), await i.next(), await i.next()]; };
      `,
      [
        { value: 1, done: false },
        { value: "no", done: false },
        { value: "end", done: true },
        { value: undefined, done: true },
      ],
    );
  });

  it("async generators delegate to what they iterate", async () => {
    await same(
      `
      const log = [];
      async function* inner() { try { log.push(yield 1); log.push(yield 2); return "inner"; } catch (e) { log.push("in " + e.message); yield 3; } finally { log.push("inner closed"); } }
      async function* outer() { const result = yield* inner(); log.push(result); yield* [4, Promise.resolve(5)]; }
      exports.main = async () => {
        const a = outer(); const steps = [await a.next(), await a.next("s1"), await a.next("s2"), await a.next(), await a.next()];
        const b = outer(); await b.next(); steps.push(await b.throw(new Error("t")), await b.return("r"));
        return [steps.map(({ value }) => value), log];
      };
      `,
      [
        [1, 2, 4, 5, undefined, 3, "r"],
        ["s1", "s2", "inner closed", "inner", "in t", "inner closed"],
      ],
    );
  });

  it("async generators take their calls in order", async () => {
    await same(
      `
      async function* g() { yield 1; yield 2; }
      exports.main = async () => { const i = g(); return await Promise.all([i.next(), i.next(), i.next()]); };
      `,
      [
        { value: 1, done: false },
        { value: 2, done: false },
        { value: undefined, done: true },
      ],
    );
  });

  it("async generators run nothing before their first next()", async () => {
    await same(
      `
      const log = [];
      async function* g(x = log.push("default")) { log.push("body"); }
      exports.main = async () => { const i = g(1); log.push("made"); await i.next(); return log; };
      `,
      ["made", "body"],
    );
  });
});

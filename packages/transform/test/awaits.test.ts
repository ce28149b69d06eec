import { describe, expect, it } from "vitest";
import { transform } from "../src/index.js";
import { same } from "./programs.js";

describe("await", () => {
  it("await keeps its precedence wherever an expression may stand", async () => {
    await same(
      `
      const p = (x) => Promise.resolve(x);
      const object = { deep: { call: async (x) => x + 1, list: [p(1), p(2)] }, none: null };
      exports.main = async () => {
        const a = await p(2) + await p(3) * 2;
        const b = -await p(1), c = !await p(false), d = typeof await p("s");
        const e = (await p({ x: 4 })).x, f = (await p(2)) ** 3;
        const g = \`\${await p("t")}-\${\`\${await p("u")}\`}\`;
        const h = object?.deep?.call(await p(5)), i = object.none?.call(await p(1)), j = await object.deep?.list?.[await p(1)];
        const k = [await p(1), ...await p([2, 3])], l = { [await p("key")]: await p("value"), ...await p({ m: 1 }) };
        const m = await p(0) || await p("or"), n = await p(null) ?? await p("nullish"), o = await p(1) && await p("and");
        const q = await p(true) ? await p("yes") : await p("no");
        const r = (await p(1), await p(2));
        let s = 1; s += await p(2); [s] = [await p(s + 1)]; ({ s } = await p({ s: s * 2 }));
        const t = await await p(p(1)), u = void await p(1), v = await (async () => await p("w"))();
        const w = await new (await p(Map))([[1, 2]]), x = delete (await p({ y: 1 })).y, y = await p(1) in { 1: 1 }, z = await p([]) instanceof Array;
        const tagged = ((s, ...values) => s.raw.join("|") + values)\`a\${await p(1)}b\`;
        return [a, b, c, d, e, f, g, await h, i, j, k, l, m, n, o, q, r, s, t, u, v, [...w], x, y, z, tagged];
      };
      `,
      [
        8,
        -1,
        true,
        "string",
        4,
        8,
        "t-u",
        6,
        undefined,
        2,
        [1, 2, 3],
        { key: "value", m: 1 },
        "or",
        "nullish",
        "and",
        "yes",
        2,
        8,
        1,
        undefined,
        "w",
        [[1, 2]],
        true,
        true,
        true,
        "a|b1",
      ],
    );
  });

  it("await stands in statements of every kind, with and without semicolons", async () => {
    await same(
      `
      const p = (x) => Promise.resolve(x)
      const log = []
      const note = async (x) => { log.push(x) }
      exports.main = async function () {
        const start = 1
        await note("line after no semicolon")
        await note("or") || await note("second")
        const again = start
        await p(note), await note("sequence")
        if (await p(true)) await note("if"); else await note("else")
        if (await p(false))
          await note("then") || await note("never")
        else
          await note("else 1") || await note("else 2")
        for (let i = await p(0); i < await p(2); i += await p(1)) await note("for " + i)
        for (const x of await p(["of"])) await note(x)
        for (const x in await p({ in: 1 })) await note(x)
        let n = 0
        while (await p(n++ < 1)) await note("while")
        do await note("do"); while (await p(false))
        switch (await p(2)) { case await p(2): await note("case"); break; default: await note("default") }
        label: { await note("block"); if (await p(true)) break label; await note("skipped") }
        const arrow = async () => note
        await (await arrow())("call of an await")
        try { throw await p(new Error("thrown")) } catch ({ message = await p("d") }) { await note(message) } finally { await note("finally") }
        const o = { async a() { return 1 }
          , b: 2 }
        ;[await p(3)].forEach((x) => log.push(x))
        return await p(log)
      }
      `,
      [
        "line after no semicolon",
        "or",
        "second",
        "sequence",
        "if",
        "else 1",
        "else 2",
        "for 0",
        "for 1",
        "of",
        "in",
        "while",
        "do",
        "case",
        "block",
        "call of an await",
        "thrown",
        "finally",
        3,
      ],
    );
  });

  it("await keeps try, catch and finally, and what leaves them", async () => {
    await same(
      `
      const fail = async (x) => { throw new Error(x) };
      const log = [];
      async function returns() { try { return await Promise.resolve("try"); } finally { log.push(await Promise.resolve("f1")); } }
      async function overrides() { try { return await fail("lost"); } catch { return "caught"; } finally { await null; return "finally"; } }
      async function rethrows() { try { await fail("first"); } catch (e) { throw new Error("second", { cause: e }); } finally { log.push("f2"); } }
      async function loops() { for (const i of [1, 2, 3]) { try { if (i === 1) continue; if (i === 2) break; } finally { log.push(await i); } } }
      async function returned() { return fail("returned"); }
      async function uncaught() { try { return fail("late"); } catch { return "not caught"; } }
      exports.main = async () => {
        const results = [await returns(), await overrides()];
        for (const f of [rethrows, returned, uncaught]) { try { await f(); } catch (e) { results.push(e.message, e.cause?.message); } }
        await loops();
        return [results, log];
      };
      `,
      [
        ["try", "finally", "second", "first", "returned", undefined, "late", undefined],
        ["f1", "f2", 1, 2],
      ],
    );
  });

  it("await of a coroutine, a promise, a thenable and a plain value gives what it holds", async () => {
    await same(
      `
      const thenable = { then(resolve) { resolve("thenable"); } };
      const f = async (x) => x;
      exports.main = async () => [await f(1), await f(f(2)), await Promise.resolve(3), await thenable, await 4, await undefined, await f(Promise.resolve(5))];
      `,
      [1, 2, 3, "thenable", 4, undefined, 5],
    );
  });

  it("await of a coroutine again gives the same outcome", async () => {
    await same(
      `
      let calls = 0;
      const f = async () => ++calls;
      exports.main = async () => { const c = f(); return [await c, await c, calls]; };
      `,
      [1, 1, 1],
    );
  });

  it("await at the top level stays as it is", () => {
    const { code } = transform("const x = await f();\nfor await (const y of z) y.w;\n", {
      filename: "a.mts",
    });
    expect(code).toBe("const x = await f();\nfor await (const y of z) y.w;\n");
  });

  it("await keeps the comments around it", () => {
    const source =
      "async /* a */ function /* b */ f(/* c */ x) /* d */ { return /* e */ await /* f */ x /* g */; } // h\n";
    const { code } = transform(source, { filename: "a.js" });
    for (const comment of source.match(/\/\*.*?\*\/|\/\/.*/g) ?? [])
      expect(code).toContain(comment);
  });
});

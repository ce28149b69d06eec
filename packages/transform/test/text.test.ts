import { parseSync } from "oxc-parser";
import { describe, expect, it } from "vitest";
import { SourceError, transform } from "../src/index.js";

const lowered = (code: string, filename = "file.ts") => transform(code, { filename }).code;
const first = (code: string) => code.slice(0, code.indexOf("\n"));

describe("transform()", () => {
  it("transform() leaves a file without async functions and thrown-away calls as it is", () => {
    const code = "export const x: number = 1;\nconsole.log(x);\nconst y = f();\n";
    expect(transform(code, { filename: "a.ts" })).toEqual({
      code,
      map: undefined,
      format: "module",
    });
  });

  it("transform() leaves a file with the directive as it is", () => {
    const code = `#!/usr/bin/env node\n// why\n"use strict";\n"no tsyncio";\nasync function f() { await g(); }\nf();\n`;
    expect(lowered(code, "a.mjs")).toBe(code);
  });

  it("transform() does not take a string elsewhere for the directive", () => {
    const code = `const x = 1;\n"no tsyncio";\nasync function f() {}\n`;
    expect(lowered(code)).not.toBe(code);
  });

  it.each(["a.mjs", "a.cjs"])("transform() leaves a lowered %s as it is", (filename) => {
    const once = lowered("async function f() { g(); await h(); }\nf();\n", filename);
    expect(once).toContain("tsyncio/coroutine");
    expect(lowered(once, filename)).toBe(once);
  });

  it("transform() leaves no async function and no await in functions", () => {
    const code = lowered(
      "const f = async () => { for await (const x of y) await x; };\nawait f();",
    );
    expect(code.match(/\basync\b/g)).toBeNull();
    expect(code.match(/\bawait\b/g)).toHaveLength(1);
  });

  it("transform() keeps types, JSX and decorators for the next tool", () => {
    const code = lowered(
      "@dec class A<T> { @x() async m<U>(this: A<T>, a: U): Promise<U> { return <B<U> on={async (e: E) => a} /> as any; } }",
      "a.tsx",
    );
    const { errors } = parseSync("a.tsx", code);
    expect(errors).toEqual([]);
    expect(code).toContain("@dec class A<T> { @x() m(a)");
    expect(code).toContain("*m<U>(this: A<T>, a: U): Promise<U> {");
    expect(code).toContain("<B<U> on={(e) =>");
  });

  it("transform() imports the runtime behind hashbang, directives and comments", () => {
    const code = `#!/usr/bin/env node\n/* head */\n"use client"\n"use strict"\nasync function f() {}\n`;
    const [bang, head, client, strict, line] = lowered(code, "a.mjs").split("\n");
    expect([bang, head, client, strict]).toEqual(code.split("\n").slice(0, 4));
    expect(line).toMatch(/^;import \{ .* \} from "tsyncio\/coroutine"; function f/);
  });

  it.each([
    ["a.ts", "import x from 'y'; async function f() {}", "import {"],
    ["a.ts", "export {}; async function f() {}", "import {"],
    ["a.ts", "await 1; async function f() {}", "import {"],
    ["a.mjs", "async function f() {}", "import {"],
    ["a.cjs", "async function f() {}", "const {"],
    ["a.cts", "import x from 'y'; async function f() {}", "const {"],
    ["a.ts", "async function f() {}; export = f;", "const {"],
  ])("transform() of %s %j loads the runtime by %s", (filename, code, start) => {
    expect(first(lowered(code, filename))).toContain(`${start} describeFunction`);
  });

  it("transform() takes a file without module syntax for what it is told", () => {
    const code = "async function f() {}";
    const { format } = transform(code, { filename: "a.js", defaultFormat: "commonjs" });
    expect(format).toBe("commonjs");
    expect(transform(code, { filename: "a.js" }).format).toBe("module");
  });

  it("transform() reads top-level return and await as an identifier in CommonJS", () => {
    const options = { filename: "a.js", defaultFormat: "commonjs" } as const;
    expect(transform("var await = 1; return await;", options).format).toBe("commonjs");
  });

  it("transform() makes names that the file does not use", () => {
    const code = lowered(
      "const _lowered = 1, f$body = 2, f$info = 3; async function f() { return [_lowered, f$body, f$info]; }",
    );
    expect(code).toContain("lowered as _lowered1");
    expect(code).toContain("f$body1 ??=");
    expect(code).toContain("f$info1 ??=");
  });

  it("transform() keeps the lines of functions where they are", () => {
    const code =
      "const a = 1;\n\nexport async function f(\n  x: number,\n) {\n  await x;\n}\nexport default async () => 2;\n";
    const lines = lowered(code).split("\n");
    expect(lines[2]).toContain("export function f(x)");
    expect(lines[5]).toContain("yield");
    expect(lines[7]).toContain("export default () =>");
  });

  it("transform() handles carriage returns, tabs and byte order in offsets", () => {
    const code = "// ü💚\r\nconst f = async () => {\r\n\tawait g('💚')\r\n\tawait h()\r\n}\r\n";
    const output = lowered(code);
    expect(parseSync("a.ts", output).errors).toEqual([]);
    expect(output).toContain("[[3,1],[4,1]]");
  });

  it("transform() does not wrap what gives no coroutine", () => {
    const code = lowered(
      `import { sleep } from "tsyncio"; import * as aio from "@tsyncio/http";
      const { run } = require("tsyncio"); const lazy = await import("tsyncio/testing");
      class A extends B { constructor() { super(); console.log(1); } }
      new C(); x = f(); delete g.h; import("z");`,
    );
    expect(code).not.toContain("discard");
  });

  it("transform() wraps each call that is thrown away, once", () => {
    const code = lowered(
      "f(); a?.b(); a && f(); a ? f() : g(); void f(); !f(); (f() as any); f()!; f`x`; for (f(); ; g()) ; x = (f(), 1); (() => f())();",
      "a.ts",
    );
    expect(code.match(/_discard\(/g)).toHaveLength(14);
  });

  it("transform() shows where a syntax error is", () => {
    const code = "const a = 1;\n\tconst b = = 2;\n";
    let error: unknown;
    try {
      transform(code, { filename: "src/broken.ts" });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(SourceError);
    expect(error).toBeInstanceOf(SyntaxError);
    expect(error).toMatchObject({
      code: "ERR_SOURCE_SYNTAX",
      file: "src/broken.ts",
      line: 2,
      column: 12,
    });
    expect((error as Error).stack).toBe(
      "src/broken.ts:2:12\n\tconst b = = 2;\n\t          ^\n\nSyntaxError: Unexpected token\n    at src/broken.ts:2:12",
    );
  });
});

import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { describe, expect, it } from "vitest";
import { transform } from "../src/index.js";

/** Every word `w1`, `w2`, … occurs once; where it runs in the output, the map leads back to it. */
const PROGRAM = `import * as w1 from "tsyncio";
interface w2 { w3: string }
export async function w4(w5: number, w6?: string): Promise<void> {
  w7.w8(w9);
  const w10: number = await w11.w12(w13, (await w14) as any, w15)
  if (w16) throw new w17("w18");
  xs.forEach(async (w19) => { await w20(w21); w22(); });
  for await (const w23 of w24(w25)) { w26(await w27, w28); }
  { await using w29 = w30(w31); }
  return w32\`\${await w33(w34)}\`;
}
class w35<T> extends w36 { async w37({ w38 }: { w38: string }, w39 = w40()) { await super.w41(w42); w43(); }
  w44 = async () => w45(w46);
  async *w47() { yield w48; yield* w49(await w50); } }
export const w51 = async (w52: string): Promise<w2> => ({ w53: await w54(w55) });
`;
/** Names of functions and their parameters also stand in generated text. */
const REPEATED = new Set([4, 5, 6, 19, 35, 37, 44, 47, 51, 52, 29].map((n) => `w${n}`));

function misplaced(code: string, map: string): { checked: number; wrong: string[] } {
  const source = PROGRAM.split("\n");
  const trace = new TraceMap(map);
  const wrong: string[] = [];
  let checked = 0;
  for (const [index, line] of code.split("\n").entries()) {
    for (const { 0: word, index: column } of line.matchAll(/\bw\d+\b/g)) {
      if (REPEATED.has(word) || line.slice(0, column).endsWith('"')) continue;
      const { line: at, column: from } = originalPositionFor(trace, { line: index + 1, column });
      checked++;
      const found = at === null ? "" : (source[at - 1] ?? "").slice(from);
      if (!new RegExp(`^${word}\\b`).test(found)) wrong.push(`${word}: ${found.slice(0, 12)}`);
    }
  }
  return { checked, wrong };
}

describe("source maps", () => {
  it("source maps of a lowered file lead each word back to its place", () => {
    const { code, map } = transform(PROGRAM, { filename: "src/a.ts" });
    const { checked, wrong } = misplaced(code, map as string);
    expect(wrong).toEqual([]);
    expect(checked).toBeGreaterThan(30);
  });

  it("source maps of a lowered and stripped file lead each word back to its place", () => {
    const { code, map } = transform(PROGRAM, { filename: "src/a.ts", types: "strip" });
    const { checked, wrong } = misplaced(code, map as string);
    expect(wrong).toEqual([]);
    expect(checked).toBeGreaterThan(30);
  });

  it("source maps name the file and hold its text", () => {
    for (const types of ["keep", "strip"] as const) {
      const { map } = transform(PROGRAM, { filename: "src/a.ts", types });
      expect(JSON.parse(map as string)).toMatchObject({
        version: 3,
        sources: ["src/a.ts"],
        sourcesContent: [PROGRAM],
      });
    }
  });

  it("descriptions hold the places of functions and awaits as they were written", () => {
    const code =
      "const x = 1;\nexport async function f() {\n  await a;\n  return g(await b, await c);\n}\nclass A {\n  static async m() { for await (const y of z) y; }\n}\n";
    const output = transform(code, { filename: "/x/a.ts", file: "a.ts", types: "strip" }).code;
    const rows = output.replaceAll(/\s+/g, "");
    expect(rows).toContain('["f",2,7,[[3,2],[4,11],[4,20]]]');
    expect(rows).toContain('["A.m",7,2,[[7,43]]]');
    expect(rows).toContain('(name,"a.ts",line,column,sites)');
  });
});

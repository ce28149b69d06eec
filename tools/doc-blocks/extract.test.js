import { describe, expect, test } from "vitest";
import { blocksOfMarkdown, blocksOfSource } from "./extract.js";

describe("blocksOfMarkdown()", () => {
  test("takes the blocks that say ts, with their first line", () => {
    const text =
      "# A\n\n```ts\none();\n```\n\n```sh\nno\n```\n~~~typescript\ntwo();\n\nthree();\n~~~\n";
    expect(blocksOfMarkdown("a.md", text)).toEqual([
      { path: "a.md", line: 4, code: "one();", run: true, check: true, isExample: false },
      {
        path: "a.md",
        line: 11,
        code: "two();\n\nthree();",
        run: true,
        check: true,
        isExample: false,
      },
    ]);
  });

  test("takes the indent of a fence off its lines", () => {
    const [block] = blocksOfMarkdown(
      "a.md",
      "- item\n\n  ```ts\n  if (a) {\n    b();\n  }\n  ```\n",
    );
    expect(block?.code).toBe("if (a) {\n  b();\n}");
  });

  test("reads a longer fence around a shorter one as one block", () => {
    const [block, ...rest] = blocksOfMarkdown("a.md", "````ts\n```ts\n```\n````\n");
    expect(block?.code).toBe("```ts\n```");
    expect(rest).toEqual([]);
  });

  test.each([
    ["no-run", { run: false, check: true }],
    ["no-check", { run: false, check: false }],
  ])("understands %s", (info, flags) => {
    expect(blocksOfMarkdown("a.md", `\`\`\`ts ${info}\n\`\`\``)).toMatchObject([flags]);
  });

  test("throws on a word it does not know", () => {
    expect(() => blocksOfMarkdown("a.md", "\n```ts norun\n```")).toThrow(
      'a.md:2 cannot read "norun" after ts: expected no-run, no-check',
    );
  });

  test("throws on a fence that is not closed", () => {
    expect(() => blocksOfMarkdown("a.md", "```ts\na();\n")).toThrow(
      "a.md: a block of code is not closed",
    );
  });
});

describe("blocksOfSource()", () => {
  test("takes what follows @example up to the next tag", () => {
    const text = `
/**
 * Does it.
 *
 * @example
 * doIt(); // => 1
 *
 * again();
 * @throws never
 */
export function doIt() {}`;
    expect(blocksOfSource("a.ts", text)).toEqual([
      {
        path: "a.ts",
        line: 6,
        code: "doIt(); // => 1\n\nagain();",
        run: true,
        check: true,
        isExample: true,
      },
    ]);
  });

  test("takes the fences of an example alone", () => {
    const text = `/**
 * @example
 * In words:
 * \`\`\`ts no-run
 * doIt();
 * \`\`\`
 * @example
 * again();
 */
let a;
  /** @example once(); */
`;
    expect(blocksOfSource("a.ts", text)).toMatchObject([
      { line: 5, code: "doIt();", run: false },
      { line: 8, code: "again();", run: true },
      { line: 11, code: " once();", run: true },
    ]);
  });

  test("takes nothing of comments that are not doc comments", () => {
    expect(blocksOfSource("a.ts", "/* @example a(); */ // @example b();")).toEqual([]);
  });
});

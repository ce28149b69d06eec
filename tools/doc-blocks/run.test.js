import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compile } from "./compile.js";
import { blocksOfMarkdown } from "./extract.js";
import { checkTypes, freshFolder, runPrograms } from "./run.js";

let folder = "";
beforeAll(() => {
  folder = freshFolder("doc-blocks-test");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const EXPORTED = new Map([["sleep", "tsyncio"]]);

/** The programs of a page, whose first block begins in its third line. */
/** @param {string[]} codes */
function programs(...codes) {
  const page = `\n${codes.map((code) => `\`\`\`ts\n${code}\n\`\`\``).join("\n")}`;
  return blocksOfMarkdown("a.md", page).map((block) => compile(block, EXPORTED));
}

/** @param {string} code */
function faults(code) {
  return runPrograms(programs(code), folder, 500);
}

describe("runPrograms()", () => {
  test("finds nothing wrong with blocks that hold", () => {
    const sound = [
      "1 + 1; // => 2",
      '["a", { b: 1 }]; // => ["a", {b: 1}]',
      'const text = "a" + "b"; // => "ab"',
      "new Map([[1, { a: [2] }]]); // => Map(1) { 1 => { a: [ 2 ] } }",
      '[new RangeError("no"), 1]; // => [ RangeError: no, 1 ]',
      "Array.from({ length: 3 }, (_, i) => ({ i })); // => [ { i: 0 }, { i: 1 },\n//    { i: 2 } ]",
      "function f() {\n  return 3; // => 3\n}\nf();",
      'console.log("a");\nconsole.log("b\\nc");\n// prints\n// a\n// b\n// c',
      'console.log("a"); // prints: a\nconsole.log("b"); // prints: b',
      "console.log; // prints nothing",
      'JSON.parse("{"); // throws SyntaxError',
      'throwIt(); // throws RangeError: no\nfunction throwIt() {\n  throw new RangeError("no");\n}',
      'yield* asyncio.sleep("1h", "rested"); // => "rested"',
      'import { sleep } from "tsyncio";\nconst a = yield* sleep(3600, 1); // => 1',
      "const a = await asyncio.run(function* main() {\n  yield* asyncio.sleep(3600);\n  return 5;\n}); // => 5",
      "export const a = await Promise.resolve(1); // => 1",
      'import { runVirtual } from "tsyncio/testing";\nrunVirtual(function* main() {\n  return 5;\n}); // => 5',
      'console.log("it need not say what it prints");',
    ];
    expect(runPrograms(programs(...sound), folder)).toEqual([]);
  });

  test.each([
    ["a value", "\n1 + 1; // => 3", "a.md:4 expected 3\n  but it is 2"],
    [
      "what is printed",
      'console.log("a"); // prints: b',
      "a.md:3 expected to print\n    b\n  but it printed\n    a",
    ],
    [
      "what is printed in the end",
      'console.log("a"); // prints: a\nconsole.log("b");',
      "a.md:3 printed without saying so\n    b",
    ],
    [
      "an error written without saying so",
      'console.error("a");',
      "a.md:3 printed without saying so\n    a",
    ],
    ["nothing thrown", "1; // throws TypeError", "a.md:3 expected to throw, but it did not"],
    [
      "another message",
      'JSON.parse("{"); // throws SyntaxError: no',
      expect.stringMatching(/^a\.md:3 expected to throw SyntaxError: no\n {2}but it threw Synt/),
    ],
    [
      "a comment that is never reached",
      "if (globalThis.no) {\n  1; // => 1\n}",
      "a.md:4 was never reached",
    ],
    [
      "an error that is not expected",
      "const a: number = 1;\nthrow new Error(String(a));",
      "a.md:4 threw Error: 1",
    ],
    [
      "a promise that nobody handles",
      'void Promise.reject(new Error("lost"));',
      "a.md:3 threw Error: lost",
    ],
    [
      "a wait for ever",
      "await new Promise(() => {});",
      expect.stringMatching(/^a\.md:3 threw Error: did not end in/),
    ],
    [
      "the end of the process",
      "process.exit(0);",
      expect.stringMatching(/^a\.md:3 ended the process/),
    ],
  ])("reports %s", (_name, code, fault) => {
    expect(faults(code)).toEqual([fault]);
  });

  test("goes on with the next block after one that fails", () => {
    expect(runPrograms(programs("1; // => 2", "1; // => 1", "2; // => 1"), folder)).toEqual([
      "a.md:3 expected 2\n  but it is 1",
      "a.md:9 expected 1\n  but it is 2",
    ]);
  });
});

describe("compile()", () => {
  test.each([
    ["a syntax error", "const = 1;", /^a\.md:3 /],
    ["yield beside await", "await 1;\nyield* 2;", /^a\.md:\d /],
    ["an assertion after nothing", "\n// => 1", /^a\.md:4 "\/\/ =>" follows no statement$/],
    ["a value of no expression", "if (1) {} // => 1", /^a\.md:3 "\/\/ =>" follows no expression$/],
    ["output without lines", "f(); // prints", /^a\.md:3 "\/\/ prints" is followed by no lines$/],
  ])("throws on %s", (_name, code, message) => {
    expect(() => programs(code)).toThrow(message);
  });

  test("imports in an example what the package exports and the example does not declare", () => {
    const block = { path: "a.ts", line: 1, run: true, check: true, isExample: true };
    const used = compile({ ...block, code: "yield* sleep(1); a.sleep;" }, EXPORTED).checked;
    expect(used).toContain('import { sleep } from "tsyncio";');
    const declared = compile({ ...block, code: "function sleep() {} sleep();" }, EXPORTED).checked;
    expect(declared).not.toContain("import { sleep }");
  });
});

describe("checkTypes()", () => {
  test("reports an error of types with its line in the page", () => {
    const checked = programs("const a = 1;\nconst b: string = a;", "const c: number = 1;");
    expect(checkTypes(checked, folder)).toEqual([
      "a.md:4 TS2322: Type 'number' is not assignable to type 'string'.",
    ]);
  });
});

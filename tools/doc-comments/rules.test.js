import { describe, expect, test } from "vitest";
import { exportsOf, Sources } from "./exports.js";
import { knowledgeOf, missingOf } from "./rules.js";

/** What is missing in the comments of what `src/index.ts` exports. */
/** @param {Record<string, string>} files */
function missing(files) {
  const sources = new Sources(new Map(Object.entries(files)));
  const known = knowledgeOf(sources);
  return [...exportsOf(sources, "src/index.ts").values()].flatMap((declaration) =>
    missingOf(declaration, known),
  );
}

/** @param {string} text */
function missingIn(text) {
  return missing({ "src/index.ts": text });
}

describe("exportsOf()", () => {
  test("follows re-exports through files and names", () => {
    const found = missing({
      "src/index.ts": 'export { outer as shown } from "./a.js"; export * from "./c.js";',
      "src/a.ts": 'import { inner as outer } from "./deep/b.js"; export { outer };',
      "src/deep/b.ts": "\n\nexport const inner = 1; export const unseen = 2;",
      "src/c.ts": "export type C = 1;",
    });
    expect(found).toEqual(["src/deep/b.ts:3 inner: doc comment", "src/c.ts:1 C: doc comment"]);
  });

  test("throws when an exported name is declared nowhere", () => {
    const files = { "src/index.ts": 'export { a } from "./a.js";', "src/a.ts": "" };
    expect(() => missing(files)).toThrow('src/a.ts:1 declares no "a"');
  });
});

describe("missingOf()", () => {
  test.each([
    ["a function", "export function f(): void {}", "f"],
    ["a constant", "export const f = 1;", "f"],
    ["a class", "export class F {}", "F"],
    ["an interface", "export interface F {}", "F"],
    ["a type", "export type F = 1;", "F"],
    ["a declaration after a plain comment", "/* f */ export const f = 1;", "f"],
  ])("reports %s without a doc comment", (_name, text, name) => {
    expect(missingIn(text)).toEqual([`src/index.ts:1 ${name}: doc comment`]);
  });

  test("does not take the comment of the statement before", () => {
    expect(missingIn("/** One. */\nexport const a = 1;\nexport const b = 2;")).toEqual([
      "src/index.ts:3 b: doc comment",
    ]);
  });

  test("looks through a comment for the linter", () => {
    expect(missingIn("/** One. */\n// biome-ignore x: y\nexport const a = 1;")).toEqual([]);
  });

  test.each([
    ["only tags", "/** @throws never */"],
    ["no sentence", "/** thing */"],
  ])("reports a comment with %s", (_name, comment) => {
    expect(missingIn(`${comment} export const a = 1;`)).toEqual([
      "src/index.ts:1 a: first sentence",
    ]);
  });

  test.each([
    ["a generator", "export function* f() {}"],
    ["a function that returns a coroutine", "export function f(): Coroutine<void> {}"],
    ["a function that may return one", "export function f(): Promise<void> | null {}"],
    ["a generator by its type", "export function f(): Generator<Suspension, void> {}"],
    ["an arrow function", "export const f = (): Coroutine<void> => g();"],
    [
      "a function that returns a class that is awaited",
      "class Op extends Waitable {} class Sleep extends Op {} export function f(): Sleep {}",
    ],
  ])("asks %s for a paragraph on cancellation", (_name, text) => {
    const commented = text.replace("export", "/** Does it. */ export");
    const what = "src/index.ts:1 f: **Cancellation:** paragraph";
    expect(missingIn(commented)).toEqual([what]);
    const paragraph = "/** Does it.\n *\n * **Cancellation:** nothing is lost. */ export";
    expect(missingIn(text.replace("export", paragraph))).toEqual([]);
    expect(missingIn(text.replace("export", "/** Does it. Does not wait. */ export"))).toEqual([]);
  });

  test.each([
    ["a task", "export function f(): Task<void> {}"],
    ["a callback", "export function f(): (future: Future) => void {}"],
    ["an array", "export function f(): Array<number> {}"],
  ])("asks for none where %s is returned", (_name, text) => {
    const classes = "class Future extends Waitable {} class Task extends Future {}";
    expect(missingIn(`${classes} /** Does it. */ ${text}`)).toEqual([]);
  });

  test("takes the comments of all overloads together", () => {
    const text = `
      /** Does it. **Cancellation:** is not at the start of a line here. */
      export function f(a: 1): Coroutine<void>;
      /** **Cancellation:** nothing is lost. */
      export function f(a: 2): Coroutine<void>;
      export function f(a: number): Coroutine<void> {}`;
    expect(missingIn(text)).toEqual([]);
  });

  test("reports public methods and accessors of classes and interfaces", () => {
    const text = `
/** A class. */
export class A {
  constructor() {}
  field = 1;
  bare() {}
  get read() {}
  /** Waits. */
  wait(): Coroutine<void> {}
  /** @internal */
  inner() {}
  private own() {}
  #own() {}
  override known() {}
  toString() {}
  [Symbol.iterator]() {}
}
/** An interface. */
export interface B { call(): void }`;
    expect(missingIn(text)).toEqual([
      "src/index.ts:6 A.bare: doc comment",
      "src/index.ts:7 A.read: doc comment",
      "src/index.ts:9 A.wait: **Cancellation:** paragraph",
      "src/index.ts:19 B.call: doc comment",
    ]);
  });

  test("lets enter and exit share the paragraph of their class", () => {
    const text = `
/**
 * A manager.
 *
 * **Cancellation:** nothing is lost.
 */
export class A {
  /** Enters. */
  enter(): Coroutine<void> {}
  /** Waits. */
  wait(): Coroutine<void> {}
}`;
    expect(missingIn(text)).toEqual(["src/index.ts:11 A.wait: **Cancellation:** paragraph"]);
  });

  test("takes the comment of a superclass or an interface for a member without one", () => {
    const text = `
interface Top {
  /** Waits. **Cancellation:** nothing. */
  wait(): Coroutine<void>;
}
abstract class Base implements Top {
  /** Says. */
  abstract say(): void;
}
/** A class. */
export class A extends Base {
  wait() {}
  say() {}
  other() {}
}`;
    expect(missingIn(text)).toEqual(["src/index.ts:14 A.other: doc comment"]);
  });

  test("reports a published declaration that is marked internal", () => {
    expect(missingIn("/** @internal */ export const a = 1;")).toEqual([
      "src/index.ts:1 a: it is @internal",
    ]);
  });
});

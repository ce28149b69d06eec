import { Linter } from "eslint";
import { describe, expect, it } from "vitest";
import plugin from "../src/index.js";

/** Suggestions that change more than the call itself; the others are tested with the cases of the rules. */

function suggestionsFor(code: string): string[] {
  const messages = new Linter().verify(code, [plugin.configs.recommended]);
  return messages.flatMap(({ suggestions = [] }) =>
    suggestions.map(
      ({ fix: { range, text } }) => code.slice(0, range[0]) + text + code.slice(range[1]),
    ),
  );
}

describe("no-floating-coroutine", () => {
  it("no-floating-coroutine writes yield* in place of void", () => {
    expect(suggestionsFor("function* work() {} function* main() { void work(); }")).toEqual([
      "function* work() {} function* main() { yield* work(); }",
    ]);
  });

  it("no-floating-coroutine puts yield* in parentheses where void was an operand", () => {
    expect(suggestionsFor("function* work() {} function* main() { x && void (work()); }")).toEqual([
      "function* work() {} function* main() { x && (yield* work()); }",
    ]);
  });

  it("no-floating-coroutine leaves a void beside createTask()", () => {
    const code = 'import { createTask } from "tsyncio"; function* f() {} const g = () => void f();';
    expect(suggestionsFor(code)).toEqual([code.replace("void f()", "void createTask(f())")]);
  });
});

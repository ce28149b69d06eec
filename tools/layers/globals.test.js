import { describe, expect, test } from "vitest";
import { parseModule } from "../source/parse.js";
import { globalsOf } from "./globals.js";

/** @param {string} text */
function names(text) {
  return globalsOf(parseModule("a.ts", text)).map((use) => use.name);
}

describe("globalsOf()", () => {
  test.each([
    ["setTimeout(() => {});", "setTimeout"],
    ["const later = setTimeout;", "setTimeout"],
    ["const clock = { now: performance };", "performance"],
    ["const made = { process };", "process"],
    ["globalThis.queueMicrotask(f);", "queueMicrotask"],
    ['globalThis["setTimeout"](f);', "setTimeout"],
    ["const { setTimeout: later } = globalThis;", "setTimeout"],
    ["Date.now();", "Date.now"],
    ["const clock = Date.now;", "Date.now"],
    ["new Date();", "Date()"],
    ["Math.random();", "Math.random"],
    ['process["nextTick"](f);', "process.nextTick"],
  ])("sees %s", (text, name) => {
    expect(names(text)).toContain(name);
  });

  test.each([
    ["a parameter", "function f(setTimeout) { setTimeout(); }"],
    ["an import", 'import { setTimeout } from "./timers.js"; setTimeout();'],
    ["a destructured variable", "const { a: [performance] } = b; performance();"],
    ["a property", "host.setTimeout(f); const o = { document: 1, window() {} };"],
    ["a member of a class", "class A { process = 1; location() {} }"],
    ["a type", "type A = typeof setTimeout; let a: ReturnType<typeof setTimeout>;"],
    ["an interface", "interface A { process: number }"],
    ["a date that is given", "new Date(0);"],
    ["a declaration", "declare const process: unknown;"],
  ])("does not see %s", (_name, text) => {
    expect(names(text)).toEqual([]);
  });
});

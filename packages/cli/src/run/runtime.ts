/**
 * Which copy of the runtime a program has. There must be one kernel only, so everything that the
 * command does to the program's runs, it does to the copy that the program will load.
 */

import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The runtime as the program sees it. */
export interface Runtime {
  /** Its entries, by the place of the module that the program would load. */
  readonly entry: (specifier: RuntimeEntry) => string;
  /** False when the program's folder has none and it is given the command's own. */
  readonly ofProgram: boolean;
}

/** The folder of the runtime's package. */
export function folderOf(runtime: Runtime): string {
  return dirname(dirname(fileURLToPath(runtime.entry("tsyncio/coroutine"))));
}

/** The entries that the command uses. */
export type RuntimeEntry = "tsyncio" | "tsyncio/coroutine" | "tsyncio/testing";

/** The runtime of the program in `file`, found from there, otherwise the command's own. */
export function runtimeOf(file: string): Runtime {
  const ofProgram = resolverFrom(file);
  try {
    ofProgram("tsyncio/coroutine");
    return { entry: ofProgram, ofProgram: true };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    return { entry: resolverFrom(import.meta.filename), ofProgram: false };
  }
}

function resolverFrom(file: string): Runtime["entry"] {
  const { resolve } = createRequire(file);
  return (specifier) => pathToFileURL(resolve(specifier)).href;
}

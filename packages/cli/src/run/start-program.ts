/**
 * Starts a program in this process as if Node had been started with its file. Node's own entry is
 * used wherever it takes the file for what it is: then `require.main`, `import.meta.main` and the
 * report of a top-level `await` that never ends are what they are under plain Node. Since there are
 * hooks in this thread (Node 22.15) it asks them; before, it goes by the file's name and package.
 */

import { readFileSync } from "node:fs";
import Module from "node:module";
import { dirname, extname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** Starts the program at the absolute path `file` with its arguments. Does not wait for it. */
export function startProgram(file: string, args: readonly string[]): void {
  process.argv = [process.execPath, file, ...args];
  if ("registerHooks" in Module || isCommonJs(file) || nodeImports(file)) Module.runMain(file);
  else void import(pathToFileURL(file).href);
}

/** Node takes the file for an ES module by its name or its package, without looking inside. */
function nodeImports(file: string): boolean {
  if (extname(file) === ".mjs") return true;
  return /^\.[jt]sx?$/.test(extname(file)) && packageType(file) === "module";
}

/** What has no `import`, `export` or top-level `await` and lies in no package of ES modules. */
function isCommonJs(file: string): boolean {
  const extension = extname(file);
  if (/^\.c[jt]s$/.test(extension)) return true;
  if (/^\.m[jt]s$/.test(extension) || packageType(file) === "module") return false;
  return !/^\s*(?:import|export)\b|^(?!\s*(?:\/\/|\*)).*\bawait\b/m.test(
    readFileSync(file, "utf8"),
  );
}

function packageType(file: string): unknown {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    try {
      return (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { type?: unknown })
        .type;
    } catch {
      // None here: look further up.
    }
    if (folder === dirname(folder)) return undefined;
  }
}

/**
 * Import specifiers as TypeScript users write them: `./x.js` for a file `x.ts`, and without an extension.
 */
import { statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** What a JavaScript name may stand for, the source before what was compiled from it. */
const SOURCES: readonly (readonly [extension: RegExp, sources: readonly string[]])[] = [
  [/\.js$/, [".ts", ".tsx", ".js", ".jsx"]],
  [/\.jsx$/, [".tsx", ".jsx"]],
  [/\.mjs$/, [".mts", ".mjs"]],
  [/\.cjs$/, [".cts", ".cjs"]],
];
const EXTENSIONS = [".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json"];

/**
 * The file that a relative specifier means; undefined when it means what it says, or nothing that is there.
 * @param parent - the importing file; undefined for the file a program starts with.
 */
export function fileFor(specifier: string, parent: string | undefined): string | undefined {
  const path = pathOf(specifier, parent);
  if (path === undefined) return undefined;
  // Who starts a program says which file is meant.
  if (parent === undefined && kindOf(path) === "file") return undefined;
  for (const [extension, sources] of SOURCES) {
    if (extension.test(path)) {
      const found = firstFile(path.replace(extension, ""), sources);
      return found === path ? undefined : found;
    }
  }
  if (kindOf(path) === "file") return undefined;
  return firstFile(path, EXTENSIONS) ?? firstFile(join(path, "index"), EXTENSIONS);
}

/** As `fileFor`, with URLs; keeps what follows the path. */
export function urlFor(specifier: string, parent: string | undefined): string | undefined {
  const name = specifier.replace(/[?#].*$/s, "");
  const file = fileFor(name, parent);
  return file === undefined ? undefined : pathToFileURL(file).href + specifier.slice(name.length);
}

function pathOf(specifier: string, parent: string | undefined): string | undefined {
  if (specifier.startsWith("file:")) return fileURLToPath(specifier);
  if (/^\.{0,2}[\\/]|^\.{1,2}$|^[A-Za-z]:[\\/]/.test(specifier)) {
    return resolve(parent === undefined ? "." : dirname(parent), specifier);
  }
  return undefined;
}

function firstFile(base: string, extensions: readonly string[]): string | undefined {
  for (const extension of extensions) {
    if (kindOf(base + extension) === "file") return base + extension;
  }
  return undefined;
}

function kindOf(path: string): "file" | "folder" | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  return stats.isDirectory() ? "folder" : "file";
}

/**
 * Which files belong to the program: those that no package manager put there and that are not of tsyncio itself, whose
 * kernel must not run on itself. A private package of its workspace is a program.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Format, languageOf } from "../syntax/language.js";

/** What the nearest `package.json` says. */
interface Scope {
  readonly format: Format;
  readonly isTsyncio: boolean;
}

const OWN = /^(?:tsyncio|@tsyncio\/.+|eslint-plugin-tsyncio)$/;
const NONE: Scope = { format: "commonjs", isTsyncio: false };
const scopes = new Map<string, Scope>();

/** True for a file of the program, by its path. */
export function isProgramFile(path: string): boolean {
  return languageOf(path) !== undefined && isOfProgram(path);
}

/** As `isProgramFile`, for files of any kind. */
export function isOfProgram(path: string): boolean {
  return !/[\\/]node_modules[\\/]/.test(path) && !scopeOf(dirname(path)).isTsyncio;
}

/** The path behind the URL of a file of the program; undefined for all others. */
export function programPath(url: string): string | undefined {
  if (!url.startsWith("file:")) return undefined;
  const path = fileURLToPath(url);
  return isProgramFile(path) ? path : undefined;
}

/** What a file is, by the nearest `package.json`, when neither its name nor its text says it. */
export function packageFormat(path: string): Format {
  return scopeOf(dirname(path)).format;
}

function scopeOf(folder: string): Scope {
  let scope = scopes.get(folder);
  if (scope === undefined) {
    const parent = dirname(folder);
    scope = readScope(folder) ?? (parent === folder ? NONE : scopeOf(parent));
    scopes.set(folder, scope);
  }
  return scope;
}

function readScope(folder: string): Scope | undefined {
  try {
    const text = readFileSync(join(folder, "package.json"), "utf8");
    const scope = JSON.parse(text) as { name?: string; private?: boolean; type?: string };
    return {
      format: scope.type === "module" ? "module" : "commonjs",
      isTsyncio: OWN.test(scope.name ?? "") && scope.private !== true,
    };
  } catch {
    return undefined;
  }
}

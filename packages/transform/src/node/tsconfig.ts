/**
 * The settings of the nearest `tsconfig.json` that change what a file does when it runs. All others are for the type
 * checker.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import type { CompilerOptions } from "../output/compile.js";

interface Config {
  readonly extends?: string | readonly string[];
  readonly compilerOptions?: CompilerOptions;
}

const found = new Map<string, CompilerOptions>();

/** The settings for the files of a folder. */
export function compilerOptionsOf(folder: string): CompilerOptions {
  let options = found.get(folder);
  if (options === undefined) {
    const parent = dirname(folder);
    options = readOptions(join(folder, "tsconfig.json"));
    options ??= parent === folder ? {} : compilerOptionsOf(parent);
    found.set(folder, options);
  }
  return options;
}

/** The settings of a file and those it extends; undefined when it is not there or cannot be read. */
function readOptions(path: string, seen: readonly string[] = []): CompilerOptions | undefined {
  let config: Config;
  try {
    config = parseConfig(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
  const bases = typeof config.extends === "string" ? [config.extends] : (config.extends ?? []);
  const inherited = bases.map((base) => {
    const file = resolveBase(base, path);
    return file === undefined || seen.includes(file) ? {} : readOptions(file, [...seen, path]);
  });
  return Object.assign({}, ...inherited, config.compilerOptions);
}

/** JSON with comments and trailing commas. */
function parseConfig(text: string): Config {
  const plain = text
    .replace(/^\uFEFF/, "")
    .replaceAll(
      /("(?:\\.|[^"\\])*")|\/\/.*|\/\*[\s\S]*?\*\//g,
      (_, quoted?: string) => quoted ?? "",
    )
    .replaceAll(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, (_, quoted?: string) => quoted ?? "");
  return JSON.parse(plain) as Config;
}

function resolveBase(base: string, from: string): string | undefined {
  if (/^(?:\.|\/|[A-Za-z]:)/.test(base)) {
    const path = resolve(dirname(from), base);
    return path.endsWith(".json") ? path : `${path}.json`;
  }
  const require = createRequire(from);
  for (const name of [base, `${base}.json`, `${base}/tsconfig.json`]) {
    try {
      return require.resolve(name);
    } catch {
      // The next spelling.
    }
  }
  return undefined;
}

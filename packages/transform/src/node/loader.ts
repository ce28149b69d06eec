/**
 * The hooks for `import` where `module.registerHooks` is missing. Node runs this module on a thread of its own.
 *
 * CommonJS is left to the hook for `require`. Only, Node reads in the file itself which names it exports, and does not
 * understand there the `export` that TypeScript's CommonJS is written with: such a file is imported through a module that
 * requires it.
 */
import type { LoadHook, ResolveHook } from "node:module";
import { loadFile } from "./load.js";
import { programPath } from "./program-files.js";
import { fallbackParents, specifierFor } from "./resolve.js";

let entry: string | undefined;

/** Finds the files of the program. */
export const resolve: ResolveHook = async (specifier, context, next) => {
  const wanted = specifierFor(specifier, context);
  try {
    const found = await next(wanted, context);
    if (context.parentURL === undefined) entry = found.url;
    return found;
  } catch (error) {
    for (const parentURL of fallbackParents(wanted, error)) {
      const attempt = Promise.resolve(next(wanted, { ...context, parentURL }));
      const found = await attempt.catch(() => undefined);
      if (found !== undefined) return found;
    }
    throw error;
  }
};

/** Transforms the modules of the program. */
export const load: LoadHook = (url, context, next) => {
  const path = programPath(url);
  if (path === undefined) return next(url, context);
  const { code, format } = loadFile(path);
  if (format === "module") return { format, source: code, shortCircuit: true };
  const names = url === entry ? [] : exportedNames(code);
  if (names.length === 0) return { format, source: undefined, shortCircuit: true };
  return { format: "module", source: facade(path, names), shortCircuit: true };
};

/** The names in the annotation that swc leaves for Node. */
function exportedNames(code: string): string[] {
  const [, list = ""] = /^0 && \(module\.exports = \{([^}]*)\}\);$/m.exec(code) ?? [];
  const names = [...list.matchAll(/^\s*([\w$]+):/gm)].map(([, name]) => name as string);
  return names.filter((name) => name !== "default");
}

function facade(path: string, names: readonly string[]): string {
  return `import { createRequire } from "node:module";
const exported = createRequire(import.meta.url)(${JSON.stringify(path)});
export default exported;
${names.map((name, index) => `const v${index} = exported.${name};\nexport { v${index} as ${name} };`).join("\n")}
`;
}

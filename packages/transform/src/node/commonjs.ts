/**
 * The hook for `require` where `module.registerHooks` is missing: Node's table of extensions, which its documentation
 * keeps for this use. ES modules that are required become CommonJS: what they import would not pass any hook there.
 */
import Module from "node:module";
import { loadFile } from "./load-lazily.js";
import { isProgramFile } from "./program-files.js";
import { fileFor } from "./specifiers.js";

interface LoadingModule {
  _compile(code: string, filename: string, format: string): void;
}
type Load = (module: LoadingModule, filename: string) => void;
type Resolve = (
  this: unknown,
  request: string,
  parent: { filename?: string | null } | undefined,
  ...rest: unknown[]
) => string;

/** Node's loader of CommonJS, as far as hooks use it. */
interface Loader {
  readonly _extensions: Record<string, Load>;
  _resolveFilename: Resolve;
}

const EXTENSIONS = [".js", ".cjs", ".mjs", ".jsx", ".ts", ".cts", ".mts", ".tsx"];

/** Makes `require` transform the files of the program. */
export function hookRequire(): void {
  const loader = Module as unknown as Loader;
  const plain = loader._extensions[".js"] as Load;
  for (const extension of EXTENSIONS) {
    const original = loader._extensions[extension] ?? plain;
    loader._extensions[extension] = (module, filename) => {
      if (!isProgramFile(filename)) return original(module, filename);
      module._compile(loadFile(filename, "commonjs").code, filename, "commonjs");
    };
  }
  const resolve = loader._resolveFilename;
  loader._resolveFilename = function resolveFilename(request, parent, ...rest) {
    const from = parent?.filename;
    const file = from && isProgramFile(from) ? fileFor(request, from) : undefined;
    return resolve.call(this, file ?? request, parent, ...rest);
  };
}

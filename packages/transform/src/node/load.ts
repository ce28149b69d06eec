import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { transform } from "../output/transform.js";
import type { Format } from "../syntax/language.js";
import { packageFormat } from "./program-files.js";
import { compilerOptionsOf } from "./tsconfig.js";

/** A file as Node is to run it. */
export interface LoadedFile {
  readonly code: string;
  readonly format: Format;
}

/**
 * Reads and transforms a file of the program. Its source map is in the code.
 * @param target - `"commonjs"` for a file that `require` loads, whatever it is.
 */
export function loadFile(path: string, target?: "commonjs"): LoadedFile {
  const text = readFileSync(path, "utf8").replace(/^\uFEFF/, "");
  const { code, map, format } = transform(text, {
    filename: pathToFileURL(path).href,
    file: path,
    defaultFormat: packageFormat(path),
    types: "strip",
    target,
    compilerOptions: compilerOptionsOf(dirname(path)),
  });
  if (map === undefined) return { code, format };
  const inline = Buffer.from(map).toString("base64");
  const comment = `//# sourceMappingURL=data:application/json;base64,${inline}`;
  return { code: `${code}\n${comment}\n`, format };
}

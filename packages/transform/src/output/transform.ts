/** From a file as it is written to what runs. */
import remapping, { type SourceMapInput } from "@jridgewell/remapping";
import { lower } from "../lowering/lower.js";
import { type Format, formatOf, type Language, languageOf } from "../syntax/language.js";
import { parse } from "../syntax/parse.js";
import { type CompilerOptions, compile, needsCompiling } from "./compile.js";

/** What is known of a file beside its text. */
export interface TransformOptions {
  /** Its path or URL; the extension says which language it is written in. */
  readonly filename: string;
  /** The file as stacks and reports show it. Default: `filename`. */
  readonly file?: string | undefined;
  /** The language, where the extension does not say it. */
  readonly language?: Language | undefined;
  /** What a file is that has neither `import`, `export` nor a top-level `await`. Default: an ES module. */
  readonly defaultFormat?: Format | undefined;
  /**
   * `"keep"` leaves TypeScript, JSX, decorators and `using` to another tool; `"strip"` gives what Node runs. Default:
   * `"keep"`.
   */
  readonly types?: "keep" | "strip" | undefined;
  /** `"commonjs"`, with `types: "strip"`, makes an ES module what `require` can load. Default: what the file is. */
  readonly target?: "commonjs" | undefined;
  /** What of a `tsconfig.json` counts for `types: "strip"`. */
  readonly compilerOptions?: CompilerOptions | undefined;
}

/** A transformed file. */
export interface Transformed {
  readonly code: string;
  /** A source map of version 3, as JSON; undefined when the file stays as it is. */
  readonly map: string | undefined;
  /** How the file is to be loaded. */
  readonly format: Format;
}

/**
 * Turns the `async` functions of a file into coroutines. A file that begins with the directive `"no tsyncio"`, and one
 * that was transformed before, stays as it is.
 *
 * @throws {SourceError} when the file is no program; its `stack` shows the line (`ERR_SOURCE_SYNTAX`).
 * @example
 * const { code } = transform("async function main() { await work(); }", { filename: "main.ts" });
 */
export function transform(code: string, options: TransformOptions): Transformed {
  const { filename, file = filename } = options;
  const language = options.language ?? languageOf(filename.replace(/[?#].*/, "")) ?? "ts";
  const { program, format: own } = parse({
    code,
    file,
    language,
    fixedFormat: formatOf(filename),
    defaultFormat: options.defaultFormat ?? "module",
  });
  const format = options.target ?? own;
  const lowered = lower({ code, program, format, file, source: filename });
  const result = { code: lowered?.code ?? code, map: lowered?.map, format };
  const compilerOptions = options.compilerOptions ?? {};
  const input = {
    ...{ code: result.code, program, language, format },
    ...{ file, source: filename, options: compilerOptions },
  };
  if (options.types !== "strip" || !needsCompiling(input)) return result;
  const compiled = compile(input);
  return { code: compiled.code, map: composed(compiled.map, lowered?.map), format };
}

/** One map for two steps. */
function composed(outer: string, inner: string | undefined): string {
  if (inner === undefined) return outer;
  const maps = [JSON.parse(outer), JSON.parse(inner)] as SourceMapInput[];
  return remapping(maps, () => null).toString();
}

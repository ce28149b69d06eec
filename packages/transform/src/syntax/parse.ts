/**
 * Reads a file: its tree, and whether it is an ES module. A file with `import`, `export` or a top-level `await` is one;
 * the others are what their name, or else the caller, says.
 */
import { type ParseResult, type ParserOptions, type Program, parseSync } from "oxc-parser";
import type { Format, Language } from "./language.js";
import { faultAt } from "./source-error.js";

/** A file as it was read. */
export interface Parsed {
  readonly program: Program;
  readonly format: Format;
}

/** What is known of a file beside its text. */
export interface Source {
  readonly code: string;
  /** Shown in errors. */
  readonly file: string;
  readonly language: Language;
  /** Fixed by the file's name. */
  readonly fixedFormat: Format | undefined;
  /** What a file is whose text does not say it. */
  readonly defaultFormat: Format;
}

/**
 * Reads a file.
 * @throws {SourceError} when it is no program (`ERR_SOURCE_SYNTAX`).
 */
export function parse(source: Source): Parsed {
  const { language, fixedFormat } = source;
  if (fixedFormat === "commonjs") {
    // TypeScript's CommonJS files are written with `import` and `export`.
    const kinds = language === "ts" ? ["unambiguous", "commonjs"] : ["commonjs"];
    return { program: firstValid(source, kinds).program, format: "commonjs" };
  }
  if (fixedFormat === "module") {
    return { program: firstValid(source, ["module"]).program, format: "module" };
  }
  const result = firstValid(source, ["unambiguous", "module", "commonjs"]);
  const { program } = result;
  if (program.body.some((statement) => statement.type === "TSExportAssignment")) {
    return { program, format: "commonjs" };
  }
  const says = program.sourceType === "module" ? "module" : undefined;
  return { program, format: says ?? source.defaultFormat };
}

/** The first reading without a fault; the fault of the first when there is none. */
function firstValid(source: Source, kinds: readonly string[]): ParseResult {
  let fault: unknown;
  for (const sourceType of kinds as NonNullable<ParserOptions["sourceType"]>[]) {
    const result = parseSync(source.file, source.code, { lang: source.language, sourceType });
    const error = result.errors.find(({ severity }) => severity === "Error");
    if (error === undefined) return result;
    fault ??= faultAt(source.code, source.file, error.labels[0]?.start ?? 0, error.message);
  }
  throw fault;
}

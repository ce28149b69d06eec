import { LineTable } from "./line-table.js";

/** Where something is wrong in a file, and what. */
export interface Fault {
  readonly file: string;
  /** Counts from one. */
  readonly line: number;
  /** Counts from one, as editors show it. */
  readonly column: number;
  readonly message: string;
  /** The line itself. */
  readonly text: string;
}

/**
 * A file that cannot be read as a program. Its `stack`, which is what an engine prints, shows the line.
 */
export class SourceError extends SyntaxError {
  declare readonly code: "ERR_SOURCE_SYNTAX";
  declare readonly file: string;
  declare readonly line: number;
  declare readonly column: number;

  constructor({ file, line, column, message, text }: Fault) {
    super(message);
    const pointer = `${text.slice(0, column - 1).replaceAll(/[^\t]/g, " ")}^`;
    const place = `${file}:${line}:${column}`;
    const stack = `${place}\n${text}\n${pointer}\n\nSyntaxError: ${message}\n    at ${place}`;
    // Not enumerable: the stack says it all, and engines print what is.
    for (const [key, value] of Object.entries({
      code: "ERR_SOURCE_SYNTAX",
      file,
      line,
      column,
      stack,
    })) {
      Object.defineProperty(this, key, { value, configurable: true, writable: true });
    }
  }
}

/** The fault at an offset of `code`. */
export function faultAt(code: string, file: string, offset: number, message: string): SourceError {
  const [line, column] = new LineTable(code).at(offset);
  const text = code.split(/\r\n|[\n\r\u2028\u2029]/, line)[line - 1] ?? "";
  return new SourceError({ file, line, column: column + 1, message, text });
}

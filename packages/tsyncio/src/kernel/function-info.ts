/** What is known of a lowered function: its name and places as they are in the source. */

/** A lowered function as it is written. */
export interface FunctionInfo {
  readonly name: string;
  /** The file as it is shown: a path or URL. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Line and column of each `await`, by site number. */
  readonly sites: readonly (readonly [line: number, column: number])[];
}

/** Describes a lowered function; made once for each. */
export function describeFunction(
  name: string,
  file: string,
  line: number,
  column: number,
  sites: FunctionInfo["sites"],
): FunctionInfo {
  return { name, file, line, column, sites };
}

/** `file:line:column` of the await `site`, of the function itself when there is none. */
export function placeOf({ file, line, column, sites }: FunctionInfo, site: number): string {
  const [atLine, atColumn] = sites[site] ?? [line, column];
  return `${file}:${atLine}:${atColumn + 1}`;
}

/**
 * Adds a line to the stack of `error` for a function whose `await` it passes, as the engine does for native ones. A line
 * that is there is not added again: an error that many await would grow without end. Only errors that the engine made
 * have a stack to add to.
 */
export function noteAwait(error: unknown, info: FunctionInfo, site: number): void {
  if (!(error instanceof Error) || !Object.hasOwn(error, "stack")) return;
  const { stack } = error;
  const line = `\n    at async ${info.name} (${placeOf(info, site)})`;
  if (typeof stack !== "string" || stack.includes(line)) return;
  // Not an assignment: that of a frozen error would throw.
  Reflect.defineProperty(error, "stack", {
    value: stack + line,
    writable: true,
    configurable: true,
  });
}

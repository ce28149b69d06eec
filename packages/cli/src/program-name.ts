import { extname } from "node:path";

/** What the name of a program may end in. */
export const EXTENSIONS: readonly string[] = [".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs"];

/** True for the name of a program. */
export function isProgramName(file: string): boolean {
  return EXTENSIONS.includes(extname(file));
}

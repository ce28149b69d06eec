/** Which frames of a stack are the program's. */

import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const OWN_FOLDER = dirname(fileURLToPath(import.meta.url));
const TRANSFORM = dirname(fileURLToPath(import.meta.resolve("@tsyncio/transform")));

/**
 * Removes the frames of Node, of the command and of `folder` from the stack of an error and of
 * those that it is made of, and writes places as paths. Other lines become what `rename` makes of
 * them.
 */
export function trimStack(
  error: Error,
  folder: string,
  rename: (line: string) => string = (line) => line,
): void {
  trim(error, [OWN_FOLDER, TRANSFORM, folder], rename, new Set());
}

function trim(
  error: Error,
  folders: readonly string[],
  rename: (line: string) => string,
  seen: Set<unknown>,
): void {
  if (seen.has(error)) return;
  seen.add(error);
  const { cause, errors } = error as { cause?: unknown; errors?: unknown };
  for (const inner of [cause, ...(Array.isArray(errors) ? errors : [])]) {
    if (isError(inner)) trim(inner, folders, rename, seen);
  }
  if (!Object.hasOwn(error, "stack") || typeof error.stack !== "string") return;
  const lines = withPaths(error.stack).split("\n");
  const kept = lines.filter((line) => !isFrame(line) || isOfProgram(line, folders)).map(rename);
  Object.defineProperty(error, "stack", {
    value: kept.join("\n"),
    writable: true,
    configurable: true,
  });
}

/** An error of another realm, or one that crossed from a thread, is one as well. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || typeof (value as { stack?: unknown } | null)?.stack === "string";
}

/** The text with URLs of files as paths. */
export function withPaths(text: string): string {
  return text.replaceAll(/file:\/\/\/[^\s)]*?(?=:\d|[\s)]|$)/g, (url) => {
    try {
      return fileURLToPath(url);
    } catch {
      return url;
    }
  });
}

function isFrame(line: string): boolean {
  return /^ {4}at /.test(line);
}

function isOfProgram(line: string, folders: readonly string[]): boolean {
  if (/[( ]node:|\(<anonymous>\)$/.test(line)) return false;
  return folders.every((folder) => !line.includes(folder));
}

/**
 * What a program under `--watch` does for the process that watches: it names the files that it
 * loads, but for those of packages, and says when it hears Ctrl-C, each as a line on a pipe.
 */

import { writeSync } from "node:fs";
import { isAbsolute } from "node:path";
import { fileURLToPath } from "node:url";
import { hookResolution, type Resolved, type ResolveInThread } from "./hook-resolution.js";

/** The environment variable that holds the descriptor of the pipe. */
export const REPORT_VARIABLE = "TSYNCIO_REPORT_FD";
/** The line that says that Ctrl-C was heard. */
export const HEARD = "!";

let descriptor = 0;

/** For the hook's thread. */
export function initialize(data: number): void {
  descriptor = data;
}

/** Reports all files that are loaded from now on. */
export function reportFiles(to: number): void {
  descriptor = to;
  hookResolution({
    resolve: (specifier, context, next) => reported(next(specifier, context)),
    inThread: import.meta.url,
    data: to,
    require(_request, next) {
      const file = next();
      if (isAbsolute(file)) reportFile(file);
      return file;
    },
  });
}

/** The hook in a thread of its own. */
export const resolve: ResolveInThread = async (specifier, context, next) => {
  return reported(await next(specifier, context));
};

/** Says that the program hears Ctrl-C. */
export function reportHeard(): void {
  report(HEARD);
}

function reported(resolved: Resolved): Resolved {
  if (resolved.url.startsWith("file:")) reportFile(fileURLToPath(resolved.url));
  return resolved;
}

function reportFile(file: string): void {
  if (!/[\\/]node_modules[\\/]/.test(file)) report(file);
}

function report(line: string): void {
  try {
    writeSync(descriptor, `${line}\n`);
  } catch {
    // Who watched is gone; the program goes on.
  }
}

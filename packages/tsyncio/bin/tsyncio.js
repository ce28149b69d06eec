#!/usr/bin/env node
/**
 * The command `tsyncio`. It only finds the package that does the work, `@tsyncio/cli`: beside the
 * program that is to be run, in the working folder, or beside this package. That module exports
 * `main(args)`, which resolves with the exit code; after a 0 the program that was started has it to
 * itself.
 */

import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const args = process.argv.slice(2);
const cli = findCli();
if (cli === undefined) {
  console.error(
    "Cannot run tsyncio: the package @tsyncio/cli is not installed; " +
      "install it: npm install --save-dev @tsyncio/cli",
  );
  process.exitCode = 2;
} else {
  const { main } = await import(pathToFileURL(cli).href);
  const code = await main(args);
  if (code !== 0) process.exitCode = code;
}

function findCli() {
  const program = args.find((arg) => /\.[cm]?[jt]sx?$/.test(arg)) ?? "none.ts";
  for (const folder of [dirname(resolve(program)), process.cwd(), import.meta.dirname]) {
    try {
      return createRequire(join(folder, "tsyncio.js")).resolve("@tsyncio/cli");
    } catch {
      // Not here: look in the next place.
    }
  }
  return undefined;
}

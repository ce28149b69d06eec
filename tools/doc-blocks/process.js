/**
 * The process in which the blocks run, one after the other. Its arguments are the time that each
 * may take, in milliseconds, and the programs; it reports each on a line of JSON: `{ file }` when it begins, `{ file, faults }` at its end.
 * Apart from session.js, because a program could not import a module that waits for the program.
 */

import { writeSync } from "node:fs";
import { capture, runOne } from "./session.js";

process.setSourceMapsEnabled(true);
capture();
const [limit, ...files] = process.argv.slice(2);
for (const file of files) {
  report({ file });
  report({ file, faults: await runOne(file, Number(limit)) });
}
process.exit(0);

/** @param {object} message */
function report(message) {
  writeSync(1, `${JSON.stringify(message)}\n`);
}

/**
 * `npm start -- NAME`: runs one of the programs here as if Node had been started with its file.
 * `--list` says what there is.
 */

import { fileURLToPath } from "node:url";
import { FIRST, programs } from "./catalogue.js";

const [name = FIRST, ...rest] = process.argv.slice(2);
const program = programs.find((one) => one.name === name);

if (name === "--list") {
  console.log(list());
} else if (program === undefined) {
  console.error(`Cannot start ${name}: there is no such program; there are\n${list()}`);
  process.exitCode = 2;
} else {
  const file = new URL(program.file, import.meta.url);
  // A program runs by itself only when Node was started with it; this is where it looks.
  process.argv = [process.execPath, fileURLToPath(file), ...rest];
  await import(file.href);
}

function list(): string {
  const width = Math.max(...programs.map((one) => one.name.length));
  return programs.map((one) => `  ${one.name.padEnd(width)}  ${one.about}`).join("\n");
}

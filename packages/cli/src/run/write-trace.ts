/** A program of its own: writes the recording that it reads from its input to the file it is given. */

import { readFileSync } from "node:fs";
import { type Recording, writeTrace } from "@tsyncio/inspector";

const [, , file = ""] = process.argv;
try {
  await writeTrace(JSON.parse(readFileSync(0, "utf8")) as Recording, file);
} catch (error) {
  console.error(`Cannot write ${file}: ${(error as Error).message}`);
  process.exitCode = 1;
}

/** Whether there is a program where the command line says so. */

import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { BadCall } from "../bad-call.js";
import { EXTENSIONS, isProgramName } from "../program-name.js";

/**
 * The absolute path of a program.
 * @throws {BadCall} when there is none that could be run.
 */
export function programFile(file: string): string {
  if (file === "") throw new BadCall("Cannot run a file without a name; name the program");
  const path = resolve(file);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    const meant = EXTENSIONS.map((extension) => file + extension).find((one) => existsSync(one));
    const hint =
      meant === undefined ? `${dirname(path)} has none of that name` : `did you mean ${meant}?`;
    throw new BadCall(`Cannot run ${file}: there is no such file; ${hint}`);
  }
  if (stats.isDirectory()) {
    throw new BadCall(`Cannot run ${file}: it is a folder; name the file in it`);
  }
  if (!stats.isFile()) throw new BadCall(`Cannot run ${file}: it is not a file`);
  if (!isProgramName(path)) {
    throw new BadCall(
      `Cannot run ${file}: it is no program; expected a file that ends in ${EXTENSIONS.join(" ")}`,
    );
  }
  try {
    accessSync(path, constants.R_OK);
  } catch {
    throw new BadCall(`Cannot run ${file}: it may not be read`);
  }
  return path;
}

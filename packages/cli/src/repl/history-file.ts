/** Where the lines that were typed are kept: in the user's state directory. */

import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * The path of the history; undefined where it cannot be kept. `TSYNCIO_REPL_HISTORY` names another
 * file, or none when it is empty.
 */
export function historyFile(): string | undefined {
  const { TSYNCIO_REPL_HISTORY: chosen } = process.env;
  if (chosen !== undefined) return chosen === "" ? undefined : chosen;
  const folder = join(stateFolder(), "tsyncio");
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch {
    // A console without a memory is better than none.
    return undefined;
  }
  return join(folder, "repl_history");
}

function stateFolder(): string {
  const { XDG_STATE_HOME, LOCALAPPDATA } = process.env;
  if (process.platform === "win32") {
    return LOCALAPPDATA ?? join(homedir(), "AppData", "Local");
  }
  return XDG_STATE_HOME || join(homedir(), ".local", "state");
}

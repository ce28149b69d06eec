import type { Watchdog } from "../run/watchdog.js";
import type { InputCompiler } from "./compile-input.js";
import type { Session } from "./session.js";
import type { Printer } from "./show.js";

/** What stands behind a console, whoever talks to it. */
export interface Workbench {
  readonly session: Session;
  readonly compiler: InputCompiler;
  readonly printer: Printer;
  readonly watchdog: Watchdog;
}

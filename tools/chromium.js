/** Where Chromium stands on this machine: the browser tests run in the system's, none is downloaded. */

import { existsSync } from "node:fs";

const PLACES = [
  process.env["CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The path of Chromium, or `undefined` where there is none. `CHROMIUM` names another one. */
export function findChromium() {
  return PLACES.find((path) => path !== undefined && existsSync(path));
}

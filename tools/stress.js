/**
 * `npm run stress`: the same tests at full size. A test reads the environment variable `STRESS`
 * for its sizes. Further arguments go to vitest: `npm run stress -- conformance`.
 */

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "./source/files.js";

const vitest = join(root, "node_modules/vitest/vitest.mjs");
const { status } = spawnSync(
  process.execPath,
  [vitest, "run", "--project", "node", ...process.argv.slice(2)],
  { cwd: root, stdio: "inherit", env: { ...process.env, STRESS: "1" } },
);
process.exitCode = status ?? 1;

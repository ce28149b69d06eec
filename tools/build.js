/**
 * `npm run build`, and what `prepare` does on a fresh clone: compiles the packages, the examples,
 * the conformance programs and the benchmarks into their `dist` folders, then removes what earlier
 * builds left there of sources that are gone.
 */

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readJson, root } from "./source/files.js";

/** @type {{ references: { path: string }[] }} */
const { references } = readJson("tsconfig.build.json");

const compiler = join(root, "node_modules/typescript/bin/tsc");
const { status } = spawnSync(process.execPath, [compiler, "-b", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});

if (status === 0) {
  let removed = 0;
  for (const { path } of references)
    removed += prune(join(root, path.replace(/\/[^/]*\.json$/, "")));
  console.log(
    `${references.length} projects${removed > 0 ? `, ${removed} stale files removed` : ""}`,
  );
} else {
  process.exitCode = 1;
}

/**
 * Removes the outputs below a project's `dist` that no source accounts for.
 * @param {string} project
 */
function prune(project) {
  const output = join(project, "dist");
  const sources = existsSync(join(project, "src")) ? join(project, "src") : project;
  if (!existsSync(output)) return 0;
  let removed = 0;
  for (const entry of readdirSync(output, { recursive: true, withFileTypes: true })) {
    const [, name] = /^(.+?)(?:\.d\.ts|\.js)(?:\.map)?$/.exec(entry.name) ?? [];
    if (name === undefined || !entry.isFile()) continue;
    const source = join(sources, entry.parentPath.slice(output.length), name);
    if (!existsSync(`${source}.ts`)) {
      rmSync(join(entry.parentPath, entry.name));
      removed++;
    }
  }
  return removed;
}

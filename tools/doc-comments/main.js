/**
 * Checks that everything the runtime publishes is documented; prints what is missing where.
 */

import { isTest, readFiles, readJson } from "../source/files.js";
import { exportsOf, Sources } from "./exports.js";
import { knowledgeOf, missingOf } from "./rules.js";

const PACKAGE = "packages/tsyncio";

const files = readFiles([`${PACKAGE}/src`], (path) => path.endsWith(".ts") && !isTest(path));
const sources = new Sources(files);
const known = knowledgeOf(sources);

/** @type {{ exports: Record<string, { "tsyncio-source"?: string }> }} */
const { exports } = readJson(`${PACKAGE}/package.json`);

/** @type {Set<string>} */
const missing = new Set();
/** @type {Set<string>} */
const seen = new Set();
for (const target of Object.values(exports)) {
  const entry = target["tsyncio-source"];
  if (entry === undefined) continue;
  for (const [name, declaration] of exportsOf(sources, `${PACKAGE}/${entry.slice(2)}`)) {
    seen.add(name);
    for (const line of missingOf(declaration, known)) missing.add(line);
  }
}

for (const line of missing) console.error(line);
if (missing.size > 0 || seen.size === 0) process.exitCode = 1;
console.log(`${seen.size} exports, ${missing.size} faults`);

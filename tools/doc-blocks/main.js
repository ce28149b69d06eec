/**
 * Runs the code in the documentation: every `ts` block of README.md, of the packages' and of
 * docs/, and every `@example` of the published sources.
 *
 * `ts no-run` is only type-checked, `ts no-check` neither. What the comments in a block assert
 * stands in markers.js, how a block becomes a program in compile.js.
 *
 * Arguments narrow it to the paths that contain one of them:
 * `node tools/doc-blocks/main.js docs/tasks`.
 */

import { exportsOf, Sources } from "../doc-comments/exports.js";
import { isTest, readFiles, readJson } from "../source/files.js";
import { compile } from "./compile.js";
import { blocksOfMarkdown, blocksOfSource } from "./extract.js";
import { checkTypes, freshFolder, runPrograms } from "./run.js";

const PACKAGE = "packages/tsyncio";
const wanted = process.argv.slice(2);

/** @type {string[]} */
const faults = [];
const texts = readFiles(["README.md", "docs", "packages"], isDocumentation);
const blocks = [...texts]
  .filter(([path]) => isWanted(path))
  .flatMap(([path, text]) => {
    return (
      attempt(() => (path.endsWith(".md") ? blocksOfMarkdown : blocksOfSource)(path, text)) ?? []
    );
  });

const exported = publishedNames();
const programs = blocks
  .filter((block) => block.check)
  .flatMap((block) => attempt(() => compile(block, exported)) ?? []);
const running = programs.filter((program) => program.block.run);
faults.push(...checkTypes(programs, freshFolder("doc-blocks-types")));
faults.push(...runPrograms(running, freshFolder("doc-blocks-run")));

for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
const assertions = running.reduce((sum, program) => sum + program.assertions, 0);
const idle = blocks.length - running.length;
console.log(
  `${running.length} blocks, ${assertions} assertions, ${idle} not run, ${faults.length} faults`,
);

/** @param {string} path */
function isDocumentation(path) {
  if (path.endsWith(".md")) return true;
  return path.startsWith(`${PACKAGE}/src/`) && path.endsWith(".ts") && !isTest(path);
}

/** @param {string} path */
function isWanted(path) {
  return wanted.length === 0 || wanted.some((part) => path.includes(part));
}

/** The names that the package's entries export, with the entry to import each from. */
function publishedNames() {
  const sources = new Sources(readFiles([`${PACKAGE}/src`], (path) => path.endsWith(".ts")));
  /** @type {Map<string, string>} */
  const names = new Map();
  /** @type {{ exports: Record<string, { "tsyncio-source"?: string }> }} */
  const { exports } = readJson(`${PACKAGE}/package.json`);
  for (const [key, target] of Object.entries(exports)) {
    const entry = target["tsyncio-source"];
    if (entry === undefined) continue;
    for (const name of exportsOf(sources, `${PACKAGE}/${entry.slice(2)}`).keys()) {
      if (!names.has(name)) names.set(name, `tsyncio${key.slice(1)}`);
    }
  }
  return names;
}

/**
 * What `make` returns; where it throws, a fault.
 * @template T
 * @param {() => T} make
 */
function attempt(make) {
  try {
    return make();
  } catch (error) {
    faults.push(/** @type {Error} */ (error).message);
    return undefined;
  }
}

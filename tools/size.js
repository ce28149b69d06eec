/**
 * What the runtime costs a web page: bundled, minified and compressed, and what it depends on.
 */

import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { readJson, root } from "./source/files.js";

const KIB = 1024;

/**
 * What is imported, and how large it may be. The aim is 8 KiB and 14 KiB; what keeps it from being met is in
 * ARCHITECTURE.md. These bounds keep what is there from growing.
 */
const BUDGETS = [
  {
    name: "six functions",
    code: 'export { run, createTask, sleep, gather, timeout, TaskGroup } from "tsyncio";',
    limit: 14.5 * KIB,
  },
  { name: "everything", code: 'export * from "tsyncio";', limit: 25 * KIB },
];

/** @type {string[]} */
const faults = [];
const sizes = [];
for (const { name, code, limit } of BUDGETS) {
  const size = await sizeOf(code);
  sizes.push(`${name} ${kib(size)} of ${kib(limit)}`);
  if (size > limit) faults.push(`${name}: ${size} bytes, ${size - limit} more than allowed`);
}

const manifest = readJson("packages/tsyncio/package.json");
for (const field of ["dependencies", "peerDependencies", "optionalDependencies"]) {
  const names = Object.keys(manifest[field] ?? {});
  if (names.length > 0) faults.push(`packages/tsyncio has ${field}: ${names.join(", ")}`);
}

for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
console.log(sizes.join(", "));

/**
 * The compressed bytes of a bundle for a browser, which leaves out what is not used.
 * @param {string} code
 */
async function sizeOf(code) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    legalComments: "none",
    write: false,
    logLevel: "error",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild wrote no file");
  return gzipSync(file.contents, { level: 9 }).length;
}

/** @param {number} bytes */
function kib(bytes) {
  return `${(bytes / KIB).toFixed(2)} KiB`;
}

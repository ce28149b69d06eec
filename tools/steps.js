/**
 * The steps of `npm test`, in order. A step is a command; it fails when the command does. The last
 * line a command prints is its summary, unless the step makes one of the output.
 */

import { findChromium } from "./chromium.js";

/**
 * @typedef {object} Result
 * @property {string} summary
 * @property {number} [passed] the tests behind the summary; absent: the step is one
 * @property {string} [fault] why the step failed although its command did not
 *
 * @typedef {object} Step
 * @property {string} name
 * @property {string[]} command the file that Node runs, and its arguments
 * @property {(output: string) => Result} [read]
 * @property {() => string | undefined} [missing] what this machine lacks to run it
 */

const BIN = {
  biome: "node_modules/@biomejs/biome/bin/biome",
  oxlint: "node_modules/oxlint/bin/oxlint",
  tsc: "node_modules/typescript/bin/tsc",
  vitest: "node_modules/vitest/vitest.mjs",
};

/** @type {Step[]} */
export const steps = [
  { name: "build", command: ["tools/build.js"] },
  { name: "format", command: [BIN.biome, "check", "--error-on-warnings", "."], read: readBiome },
  { name: "floating", command: [BIN.oxlint], read: readOxlint },
  { name: "types", command: [BIN.tsc, "-b"], read: () => ({ summary: "no type errors" }) },
  { name: "layers", command: ["tools/layers/main.js"] },
  { name: "comments", command: ["tools/doc-comments/main.js"] },
  {
    name: "node",
    command: [BIN.vitest, "run", "--project", "node", "--project", "tools"],
    read: readTests,
  },
  {
    name: "browser",
    command: [BIN.vitest, "run", "--project", "browser"],
    read: readTests,
    missing: () => (findChromium() === undefined ? "no Chromium (set CHROMIUM)" : undefined),
  },
  { name: "docs", command: ["tools/doc-blocks/main.js"], read: readDocs },
  { name: "package", command: ["tools/package.js"] },
  { name: "size", command: ["tools/size.js"] },
];

/** @param {string} output @returns {Result} */
function readBiome(output) {
  return { summary: `${/Checked (\d+) files/.exec(output)?.[1] ?? 0} files` };
}

/** @param {string} output @returns {Result} */
function readOxlint(output) {
  return { summary: `${/on (\d+) files/.exec(output)?.[1] ?? 0} files` };
}

/**
 * The counts of a vitest run. Where everything must be there, a skipped test is a failure.
 * @param {string} output
 * @returns {Result}
 */
export function readTests(output) {
  const line = /^\s*Tests\s+(.*)$/m.exec(output)?.[1] ?? "";
  const passed = Number(/(\d+) passed/.exec(line)?.[1] ?? 0);
  const skipped = Number(/(\d+) skipped/.exec(line)?.[1] ?? 0);
  const files = /^\s*Test Files\s+.*?(\d+) passed/m.exec(output)?.[1] ?? "0";
  const summary = `${passed} tests in ${files} files${skipped > 0 ? `, ${skipped} skipped` : ""}`;
  const mustRunAll = process.env["CI"] === "true";
  return {
    summary,
    passed,
    ...(skipped > 0 && mustRunAll ? { fault: `${skipped} tests were skipped` } : {}),
    ...(passed === 0 ? { fault: "no test ran" } : {}),
  };
}

/** @param {string} output @returns {Result} */
function readDocs(output) {
  const summary = lastLine(output);
  return { summary, passed: Number(/(\d+) blocks/.exec(summary)?.[1] ?? 1) };
}

/** @param {string} output */
export function lastLine(output) {
  return output.trimEnd().split("\n").at(-1)?.trim() ?? "";
}

/**
 * Checks and runs the programs made of the documentation's blocks, and says what was wrong where.
 */

import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";
import { root } from "../source/files.js";
import { placeIn, STAND_IN } from "./compile.js";

/** @typedef {import("./compile.js").Program} Program */

const PROCESS = fileURLToPath(new URL("process.js", import.meta.url));
const LIMIT_MS = 120_000;

/** The package as the blocks see it: on virtual time. */
const STAND_IN_TEXT = `export * from "tsyncio";
export { runVirtualAsync as run } from "tsyncio/testing";
`;

/**
 * A folder for the programs, below node_modules so that they find the packages as a user's would.
 * @param {string} name
 */
export function freshFolder(name) {
  const folder = join(root, "node_modules/.cache", name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  return folder;
}

/**
 * Checks the types of the programs; returns a line for each error.
 * @param {Program[]} programs
 * @param {string} folder
 * @returns {string[]}
 */
export function checkTypes(programs, folder) {
  if (programs.length === 0) return [];
  for (const [index, { checked }] of programs.entries()) {
    writeFileSync(join(folder, `block-${index}.ts`), checked);
  }
  const options = {
    extends: join(root, "tsconfig.base.json"),
    compilerOptions: {
      noEmit: true,
      declaration: false,
      declarationMap: false,
      sourceMap: false,
      lib: ["ES2023", "ESNext.Disposable", "DOM", "DOM.Iterable"],
      types: ["node"],
      customConditions: [],
      noImplicitReturns: false,
      noUnusedLocals: false,
      noUnusedParameters: false,
      verbatimModuleSyntax: false,
      allowUnusedLabels: true,
    },
    files: programs.map((_program, index) => `block-${index}.ts`),
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(options));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = spawnSync(process.execPath, [tsc, "-p", folder, "--pretty", "false"], {
    encoding: "utf8",
    cwd: folder,
  });
  return stdout
    .split("\n")
    .filter((line) => /error TS/.test(line))
    .map((line) => {
      const [, index, at, what] = /block-(\d+)\.ts\((\d+),\d+\): error (.*)$/.exec(line) ?? [];
      const program = programs[Number(index)];
      return program === undefined ? line : `${placeIn(program.block, Number(at))} ${what}`;
    });
}

/**
 * Runs the programs one after the other in one process; returns a line for each fault.
 * @param {Program[]} programs
 * @param {string} folder
 * @param {number} [limit] how many milliseconds each may take
 * @returns {string[]}
 */
export function runPrograms(programs, folder, limit = 10_000) {
  if (programs.length === 0) return [];
  writeFileSync(join(folder, STAND_IN), STAND_IN_TEXT);
  const files = programs.map((program, index) => {
    const file = join(folder, `block-${index}.js`);
    writeFileSync(file, toJavaScript(program.run, `block-${index}.ts`));
    return file;
  });
  const { stdout, stderr } = spawnSync(process.execPath, [PROCESS, String(limit), ...files], {
    encoding: "utf8",
    timeout: LIMIT_MS,
    maxBuffer: 16 * 1024 * 1024,
  });
  /** @type {Map<string, { line: number, what: string }[] | undefined>} */
  const results = new Map();
  for (const line of stdout.split("\n").filter((text) => text.startsWith('{"file"'))) {
    const { file, faults } = JSON.parse(line);
    results.set(file, faults);
  }
  return programs.flatMap((program, index) => {
    const faults = results.get(files[index] ?? "");
    if (faults !== undefined) {
      return faults.map(({ line, what }) => `${placeIn(program.block, line)} ${what}`);
    }
    const began = results.has(files[index] ?? "");
    return began
      ? [`${placeIn(program.block, 1)} ended the process or never ended\n${stderr}`]
      : [];
  });
}

/** @param {string} text @param {string} name */
function toJavaScript(text, name) {
  return transformSync(text, {
    loader: "ts",
    format: "esm",
    target: "node20",
    sourcefile: name,
    sourcemap: "inline",
  }).code;
}

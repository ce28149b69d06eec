/**
 * Packs each package that is published and looks at what a user gets: publint and attw find no
 * fault, nothing is in it that belongs to the tests, every entry loads by `import` and by
 * `require`, and the command is there and executable.
 */

import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { readJson, root } from "./source/files.js";

/** Files that have no place in a package. */
const FOREIGN = /\.(test|test-d|contract)\.|\.tsbuildinfo$|^(test|node_modules)\//;

const scratch = mkdtempSync(join(tmpdir(), "tsyncio-package-"));
/** @type {string[]} */
const faults = [];
let entries = 0;
const packages = readdirSync(join(root, "packages")).filter((name) => {
  const path = `packages/${name}/package.json`;
  return existsSync(join(root, path)) && readJson(path).private !== true;
});
try {
  const packed = packages.map((name) => packAndInstall(`packages/${name}`));
  for (const each of packed) await checkPackage(each);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exitCode = 1;
console.log(`${packages.length} packages, ${entries} entries, ${faults.length} faults`);

/**
 * @typedef {object} Packed
 * @property {string} path
 * @property {any} manifest
 * @property {string} tarball
 * @property {string[]} files
 */

/**
 * Packs a package and puts it, and links to what it depends on, where the others find it.
 * @param {string} path
 * @returns {Packed}
 */
function packAndInstall(path) {
  const manifest = readJson(`${path}/package.json`);
  const { filename, files } = pack(path);
  const tarball = join(scratch, filename);
  install(tarball, manifest.name);
  for (const name of Object.keys(manifest.dependencies ?? {})) link(path, name);
  return { path, manifest, tarball, files };
}

/**
 * @param {string} path
 * @param {string} name
 */
function link(path, name) {
  const place = join(scratch, "node_modules", name);
  const own = join(root, path, "node_modules", name);
  const source = existsSync(own) ? own : join(root, "node_modules", name);
  if (existsSync(place) || lstatSync(source).isSymbolicLink()) return;
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(source, place, "junction");
}

/** @param {Packed} packed */
async function checkPackage({ path, manifest, tarball, files }) {
  const { messages } = await publint({
    strict: true,
    pack: { tarball: new Uint8Array(readFileSync(tarball)).buffer },
  });
  for (const message of messages) {
    faults.push(`${path}: publint: ${formatMessage(message, manifest)}`);
  }
  const types = run("attw", "node_modules/@arethetypeswrong/cli/dist/index.js", [
    tarball,
    "--profile",
    "esm-only",
    "--no-emoji",
  ]);
  if (types !== undefined) faults.push(`${path}: ${types}`);
  for (const file of files.filter((file) => FOREIGN.test(file))) {
    faults.push(`${path}: packs ${file}`);
  }
  checkEntries(path, manifest);
  checkBin(path, manifest);
}

/**
 * @param {string} path
 * @returns {{ filename: string, files: string[] }}
 */
function pack(path) {
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", scratch];
  const { stdout, stderr, status } = spawnSync("npm", args, {
    cwd: join(root, path),
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`Cannot pack ${path}: ${stderr}`);
  const [{ filename, files }] = JSON.parse(stdout);
  return { filename, files: files.map((/** @type {{ path: string }} */ file) => file.path) };
}

/** Unpacks it where programs in the scratch folder find it. */
/** @param {string} tarball @param {string} name */
function install(tarball, name) {
  const place = join(scratch, "node_modules", name);
  mkdirSync(place, { recursive: true });
  const { status } = spawnSync("tar", ["-xzf", tarball, "-C", place, "--strip-components", "1"]);
  if (status !== 0) throw new Error(`Cannot unpack ${tarball}`);
}

/** @param {string} path @param {{ name: string, exports: Record<string, unknown> }} manifest */
function checkEntries(path, manifest) {
  for (const key of Object.keys(manifest.exports)) {
    if (key.endsWith(".json")) continue;
    const name = JSON.stringify(manifest.name + key.slice(1));
    for (const code of [`await import(${name})`, `require(${name})`]) {
      const type = code.startsWith("await") ? "module" : "commonjs";
      const fault = run(code, "--input-type", [type, "--eval", code]);
      if (fault !== undefined) faults.push(`${path}: ${fault}`);
    }
    entries++;
  }
}

/** @param {string} path @param {{ name: string, bin?: Record<string, string> }} manifest */
function checkBin(path, manifest) {
  for (const file of Object.values(manifest.bin ?? {})) {
    const { mode } = statSync(join(scratch, "node_modules", manifest.name, file));
    if ((mode & 0o111) === 0) faults.push(`${path}: ${file} is not executable`);
  }
}

/**
 * Runs Node in the scratch folder; returns what it said where it failed.
 * @param {string} what
 * @param {string} file
 * @param {string[]} args
 */
function run(what, file, args) {
  const script = file.startsWith("-") ? file : join(root, file);
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd: scratch,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
  });
  return status === 0 ? undefined : `${what} failed\n${stdout}${stderr}`;
}

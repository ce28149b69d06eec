/**
 * The files a check reads, as a map from path to text, so that a check is a function of that map
 * and its tests hand it planted files.
 */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Folders that hold nothing of the sources. */
const SKIPPED = new Set(["node_modules", "dist", "coverage", "fixtures", ".git"]);

/**
 * Reads every file in or below the places whose path passes the filter; paths are relative to
 * `base`, with forward slashes, in alphabetical order. A place that does not exist holds nothing.
 * @param {string[]} places
 * @param {(path: string) => boolean} filter
 * @param {string} [base]
 * @returns {Map<string, string>}
 */
export function readFiles(places, filter, base = root) {
  /** @type {string[]} */
  const paths = [];
  for (const place of places) {
    const path = join(base, place);
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) paths.push(path);
    else collect(path, paths);
  }
  return new Map(
    paths
      .map((path) => relative(base, path).split(sep).join("/"))
      .filter(filter)
      .sort()
      .map((path) => [path, readFileSync(join(base, path), "utf8")]),
  );
}

/** @param {string} folder @param {string[]} paths */
function collect(folder, paths) {
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name)) collect(path, paths);
    } else if (entry.isFile()) {
      paths.push(path);
    }
  }
}

/** @param {string} folder */
function entriesOf(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT") return [];
    throw error;
  }
}

/**
 * True for the files that test the sources and are not part of what is published.
 * @param {string} path
 */
export function isTest(path) {
  return /\.(test|test-d|contract)\.[jt]s$/.test(path) || /(^|\/)test\//.test(path);
}

/**
 * Parses the text of a JSON file of the repository.
 * @param {string} path relative to `base`
 * @param {string} [base]
 * @returns {any}
 */
export function readJson(path, base = root) {
  return JSON.parse(readFileSync(join(base, path), "utf8"));
}

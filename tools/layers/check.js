/**
 * Holds the sources against `layers.json`: which folder may import which, which package which, and
 * who may touch Node, the DOM and the clock.
 *
 * The rules:
 * - a folder of a package with `layers` imports itself and the folders before it; the entry files
 *   stand on top, and nothing imports them;
 * - a package imports other packages by their published names only, those of the workspace only
 *   where `mayImport` names them, and no file outside its own folder;
 * - in a package for `any` platform, `node:` modules and Node's globals belong in folders named
 *   `node`, the DOM's in folders named `browser`, and no entry for `any` engine loads Node's;
 * - clocks, timers and chance belong in the folders that `clocks` names;
 * - imports that run have no cycles; imports of types have none that leave their folder.
 *
 * Tests are free to import any folder of their package, and to read the clock.
 */

import { posix } from "node:path";
import { isTest } from "../source/files.js";
import { importsOf, parseModule } from "../source/parse.js";
import { globalsOf } from "./globals.js";
import { closureOf, cyclesOf } from "./graph.js";
import { Resolver } from "./resolve.js";

/** Names that say nothing of what a folder holds. */
const NAMELESS = new Set(["utils", "util", "helpers", "helper", "common", "misc", "shared", "lib"]);
const CLOCK_MODULES = new Set(["timers", "timers/promises", "perf_hooks"]);

/**
 * @typedef {object} PackageRule
 * @property {string} path
 * @property {string} holds
 * @property {string[]} mayImport names of workspace packages, or `*` for all
 * @property {"any" | "node"} platform
 * @property {string[]} [clocks] the folders that may read the clock; absent: all
 * @property {Record<string, "any" | "node">} [entries]
 * @property {{ folder: string, holds: string }[]} [layers] from the bottom up
 *
 * @typedef {object} Layers
 * @property {number} minimumModules
 * @property {PackageRule[]} packages
 *
 * @typedef {import("./graph.js").Edge} Edge
 * @typedef {import("./resolve.js").Manifest} Manifest
 */

/**
 * What the sources do that `layers.json` does not allow, as lines of text.
 * @param {Layers} layers
 * @param {Map<string, string>} files path to text of all modules
 * @param {Map<string, Manifest>} manifests a package's path to its package.json
 * @returns {{ offences: string[], modules: number }}
 */
export function checkLayers(layers, files, manifests) {
  const check = new Check(layers, files, manifests);
  return { offences: check.run(), modules: files.size };
}

class Check {
  /** @type {string[]} */
  #offences = [];
  /** @type {Edge[]} */
  #edges = [];
  /** Modules that load something of Node, with the line that does. @type {Map<string, number>} */
  #usesNode = new Map();
  #layers;
  #files;
  #resolver;

  /**
   * @param {Layers} layers
   * @param {Map<string, string>} files
   * @param {Map<string, Manifest>} manifests
   */
  constructor(layers, files, manifests) {
    this.#layers = layers;
    this.#files = files;
    this.#resolver = new Resolver(files, manifests);
  }

  run() {
    const { minimumModules } = this.#layers;
    if (this.#files.size < minimumModules) {
      const found = `found ${this.#files.size} modules, expected at least ${minimumModules}`;
      this.#offences.push(`layers.json: ${found}; the check is looking in the wrong place`);
    }
    for (const [path, text] of this.#files) {
      const rule = this.#ruleOf(path);
      if (rule === undefined) this.#offend(path, 1, "belongs to no package of layers.json");
      else this.#checkModule(rule, path, text);
    }
    this.#checkCycles();
    for (const rule of this.#layers.packages) this.#checkEntries(rule);
    return this.#offences;
  }

  /** @param {PackageRule} rule @param {string} path @param {string} text */
  #checkModule(rule, path, text) {
    const module = parseModule(path, text);
    this.#checkPlace(rule, path);
    for (const { specifier, line, typeOnly } of importsOf(module)) {
      const target = this.#resolver.resolve(rule.path, path, specifier);
      if (target.kind === "unknown") this.#offend(path, line, target.reason);
      if (target.kind === "builtin") this.#checkBuiltin(rule, path, line, specifier);
      if (target.kind === "package") this.#checkPackage(rule, path, line, target);
      if (target.kind === "files") {
        for (const to of target.paths) {
          this.#edges.push({ from: path, to, line, typeOnly });
          this.#checkImport(rule, path, line, to);
        }
      }
    }
    if (isTest(path)) return;
    for (const use of globalsOf(module)) this.#checkGlobal(rule, path, use);
  }

  /** @param {PackageRule} rule @param {string} path */
  #checkPlace(rule, path) {
    for (const folder of path.split("/").slice(0, -1)) {
      if (NAMELESS.has(folder)) {
        this.#offend(path, 1, `lies in a folder named "${folder}": name it after what it holds`);
      }
    }
    if (rule.layers === undefined || isTest(path)) return;
    const { folder, inSources } = placeOf(rule, path);
    if (!inSources) return;
    if (folder === "") {
      const name = posix.basename(path);
      if (rule.entries?.[name] === undefined) {
        this.#offend(path, 1, "lies beside the entries but is none of layers.json");
      }
    } else if (levelOf(rule, folder) === -1) {
      this.#offend(path, 1, `folder "${folder}" is not in layers.json`);
    }
  }

  /** @param {PackageRule} rule @param {string} path @param {number} line @param {string} to */
  #checkImport(rule, path, line, to) {
    if (!to.startsWith(`${rule.path}/`)) {
      this.#offend(path, line, `imports ${to}, outside its package: import the published name`);
      return;
    }
    if (isTest(path)) return;
    if (isTest(to)) this.#offend(path, line, `imports the test file ${to}`);
    if (rule.layers === undefined) return;
    const from = placeOf(rule, path);
    const target = placeOf(rule, to);
    if (!from.inSources || !target.inSources) return;
    if (target.folder === "") {
      this.#offend(path, line, `imports the entry ${to}: nothing imports an entry`);
    } else if (from.folder !== "" && levelOf(rule, target.folder) > levelOf(rule, from.folder)) {
      const message = `"${from.folder}" may not import "${target.folder}" (${to})`;
      this.#offend(path, line, message);
    }
  }

  /**
   * @param {PackageRule} rule
   * @param {string} path
   * @param {number} line
   * @param {import("./resolve.js").PackageTarget} target
   */
  #checkPackage(rule, path, line, target) {
    if (target.fault !== undefined) this.#offend(path, line, target.fault);
    const own = target.path === rule.path;
    if (target.path !== undefined && !own) {
      if (!rule.mayImport.includes("*") && !rule.mayImport.includes(target.name)) {
        this.#offend(path, line, `${rule.path} may not import "${target.name}"`);
      }
    } else if (!target.declared && !isTest(path) && !own) {
      this.#offend(path, line, `imports "${target.name}", which its package does not depend on`);
    }
  }

  /** @param {PackageRule} rule @param {string} path @param {number} line @param {string} name */
  #checkBuiltin(rule, path, line, name) {
    const bare = name.replace(/^node:/, "");
    if (!name.startsWith("node:")) this.#offend(path, line, `write "node:${name}"`);
    if (isTest(path)) return;
    this.#usesNode.set(path, line);
    if (rule.platform === "any" && !isForNode(rule, path)) {
      this.#offend(path, line, `imports "${name}" outside a folder named "node"`);
    }
    if (CLOCK_MODULES.has(bare) && !this.#mayUseClocks(rule, path)) {
      this.#offend(path, line, `imports "${name}": clocks and timers belong in ${clocks(rule)}`);
    }
  }

  /**
   * @param {PackageRule} rule
   * @param {string} path
   * @param {import("./globals.js").GlobalUse} use
   */
  #checkGlobal(rule, path, { name, line, kinds }) {
    if (kinds.includes("clock") && !this.#mayUseClocks(rule, path)) {
      this.#offend(path, line, `uses ${name}: clocks and timers belong in ${clocks(rule)}`);
    }
    if (rule.platform !== "any") return;
    if (kinds.includes("node") && !isForNode(rule, path)) {
      this.#offend(path, line, `uses ${name} outside a folder named "node"`);
    }
    if (kinds.includes("dom") && !isIn(path, "browser")) {
      this.#offend(path, line, `uses ${name} outside a folder named "browser"`);
    }
  }

  /** @param {PackageRule} rule @param {string} path */
  #mayUseClocks(rule, path) {
    if (rule.clocks === undefined) return true;
    const { folder } = placeOf(rule, path);
    return rule.clocks.includes(folder);
  }

  #checkCycles() {
    const modules = [...this.#files.keys()];
    const values = this.#edges.filter((edge) => !edge.typeOnly);
    for (const cycle of cyclesOf(modules, values)) {
      this.#offences.push(`import cycle: ${cycle.join(", ")}`);
    }
    for (const cycle of cyclesOf(modules, this.#edges)) {
      if (new Set(cycle.map((path) => posix.dirname(path))).size > 1) {
        this.#offences.push(`import cycle of types across folders: ${cycle.join(", ")}`);
      }
    }
  }

  /** @param {PackageRule} rule */
  #checkEntries(rule) {
    for (const [name, platform] of Object.entries(rule.entries ?? {})) {
      const entry = `${rule.path}/src/${name}`;
      if (!this.#files.has(entry)) {
        this.#offences.push(`layers.json: entry ${entry} does not exist`);
      } else if (platform === "any") {
        this.#checkPortable(entry);
      }
    }
  }

  /**
   * `#host` leads to every host there is; only what a browser would load of it counts.
   * @param {string} entry
   */
  #checkPortable(entry) {
    const edges = this.#edges.filter(({ from, to, typeOnly }) => {
      return !typeOnly && !this.#resolver.isNodeBranch(from, to);
    });
    for (const [module, importer] of closureOf([entry], edges)) {
      const line = this.#usesNode.get(module);
      if (line !== undefined) {
        this.#offend(module, line, `loads Node's modules into ${entry} (imported by ${importer})`);
      }
    }
  }

  /** @param {string} path */
  #ruleOf(path) {
    return this.#layers.packages.find((rule) => path.startsWith(`${rule.path}/`));
  }

  /** @param {string} path @param {number} line @param {string} what */
  #offend(path, line, what) {
    this.#offences.push(`${path}:${line} ${what}`);
  }
}

/**
 * The folder directly below `src` that a file lies in; empty for the files beside the folders.
 * @param {PackageRule} rule
 * @param {string} path
 */
function placeOf(rule, path) {
  const sources = `${rule.path}/src/`;
  if (!path.startsWith(sources)) return { folder: "", inSources: false };
  const [folder = "", ...rest] = path.slice(sources.length).split("/");
  return { folder: rest.length === 0 ? "" : folder, inSources: true };
}

/** @param {PackageRule} rule @param {string} folder */
function levelOf(rule, folder) {
  return rule.layers?.findIndex((layer) => layer.folder === folder) ?? -1;
}

/** A package's `bin` is started by Node. */
/** @param {PackageRule} rule @param {string} path */
function isForNode(rule, path) {
  return isIn(path, "node") || path.startsWith(`${rule.path}/bin/`);
}

/** @param {string} path @param {string} folder */
function isIn(path, folder) {
  return path.split("/").slice(0, -1).includes(folder);
}

/** @param {PackageRule} rule */
function clocks(rule) {
  return rule.clocks?.map((folder) => `"${folder}"`).join(", ") || "no file of this package";
}

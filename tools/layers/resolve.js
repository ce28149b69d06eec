/**
 * What an import's text stands for: a file of the workspace, a module of Node, a package.
 */

import { builtinModules } from "node:module";
import { posix } from "node:path";

/**
 * @typedef {object} Manifest the part of a package.json that is read here
 * @property {string} name
 * @property {Record<string, unknown>} [exports]
 * @property {Record<string, unknown>} [imports]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [devDependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {boolean} [private]
 *
 * @typedef {object} PackageTarget
 * @property {"package"} kind
 * @property {string} name
 * @property {string} [path] of a package of the workspace
 * @property {boolean} declared its importer depends on it
 * @property {string} [fault] why the import cannot work once published
 *
 * @typedef {{ kind: "files", paths: string[] } | { kind: "builtin" }
 *   | { kind: "unknown", reason: string } | PackageTarget} Target
 */

const BUILTINS = new Set(builtinModules);

/** @param {string} specifier */
export function isBuiltin(specifier) {
  return specifier.startsWith("node:") || BUILTINS.has(specifier);
}

export class Resolver {
  #files;
  #manifests;

  /**
   * @param {Map<string, string>} files
   * @param {Map<string, Manifest>} manifests
   */
  constructor(files, manifests) {
    this.#files = files;
    this.#manifests = manifests;
  }

  /**
   * @param {string} owner the path of the importing package
   * @param {string} from the importing file
   * @param {string} specifier
   * @returns {Target}
   */
  resolve(owner, from, specifier) {
    if (isBuiltin(specifier)) return { kind: "builtin" };
    if (specifier.startsWith("#")) return this.#resolvePrivate(owner, specifier);
    if (specifier.startsWith(".")) return this.#resolveRelative(from, specifier);
    return this.#resolvePackage(owner, specifier);
  }

  /**
   * True when the way from a file to another leads through the branch of `imports` that only Node
   * takes.
   * @param {string} from
   * @param {string} to
   */
  isNodeBranch(from, to) {
    const owner = [...this.#manifests.keys()].find((path) => from.startsWith(`${path}/`));
    const imports = owner === undefined ? undefined : this.#manifests.get(owner)?.imports;
    return Object.values(imports ?? {}).some((branches) => {
      const node = /** @type {any} */ (branches)?.node;
      return leavesOf(node).some((leaf) => posix.join(owner ?? "", leaf) === to);
    });
  }

  /** @param {string} owner @param {string} specifier @returns {Target} */
  #resolvePrivate(owner, specifier) {
    const branches = this.#manifests.get(owner)?.imports?.[specifier];
    const paths = leavesOf(branches)
      .map((leaf) => posix.join(owner, leaf))
      .filter((path) => this.#files.has(path));
    if (paths.length > 0) return { kind: "files", paths };
    return { kind: "unknown", reason: `"${specifier}" leads to no source file` };
  }

  /** @param {string} from @param {string} specifier @returns {Target} */
  #resolveRelative(from, specifier) {
    const path = posix.join(posix.dirname(from), specifier);
    const candidates = [path, path.replace(/\.js$/, ".ts"), path.replace(/\.js$/, ".d.ts")];
    const found = candidates.find((candidate) => this.#files.has(candidate));
    if (found !== undefined) return { kind: "files", paths: [found] };
    if (/\.(json|css|html|py|txt)$/.test(path)) return { kind: "files", paths: [] };
    return { kind: "unknown", reason: `"${specifier}" leads to no source file` };
  }

  /** @param {string} owner @param {string} specifier @returns {PackageTarget} */
  #resolvePackage(owner, specifier) {
    const parts = specifier.split("/");
    const name = parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
    const manifest = this.#manifests.get(owner);
    const declared = { ...manifest?.dependencies, ...manifest?.peerDependencies };
    const development = manifest?.private === true ? manifest.devDependencies : undefined;
    /** @type {PackageTarget} */
    const target = { kind: "package", name, declared: name in { ...declared, ...development } };
    for (const [path, other] of this.#manifests) {
      if (other.name !== name) continue;
      target.path = path;
      const entry = `.${specifier.slice(name.length)}`;
      if (other.exports?.[entry] === undefined) target.fault = `"${specifier}" is not published`;
    }
    return target;
  }
}

/** The paths in a tree of conditions. @param {unknown} branches @returns {string[]} */
function leavesOf(branches) {
  if (typeof branches === "string") return [branches];
  if (typeof branches !== "object" || branches === null) return [];
  return Object.values(branches).flatMap(leavesOf);
}

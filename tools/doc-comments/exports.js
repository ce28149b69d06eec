/**
 * What an entry file publishes, followed through its re-exports to the declarations.
 */

import { posix } from "node:path";
import { lineOf, parseModule } from "../source/parse.js";

/** @typedef {import("../source/parse.js").Node} Node */
/** @typedef {import("../source/parse.js").Module} Module */

/**
 * @typedef {object} Declaration
 * @property {string} name as it is declared
 * @property {Module} module
 * @property {Node[]} nodes the declaration with its overloads, each with the `export` before it
 */

/** The modules of a package, parsed when they are first asked for. */
export class Sources {
  #files;
  /** @type {Map<string, Module>} */
  #modules = new Map();

  /** @param {Map<string, string>} files */
  constructor(files) {
    this.#files = files;
  }

  /** The paths of all modules. */
  get paths() {
    return [...this.#files.keys()];
  }

  /** @param {string} path */
  module(path) {
    let module = this.#modules.get(path);
    if (module === undefined) {
      const text = this.#files.get(path);
      if (text === undefined) throw new Error(`Cannot find module ${path}`);
      module = parseModule(path, text);
      this.#modules.set(path, module);
    }
    return module;
  }

  /** The file that a relative specifier means. */
  /** @param {string} from @param {string} specifier */
  locate(from, specifier) {
    return posix.join(posix.dirname(from), specifier).replace(/\.js$/, ".ts");
  }
}

/**
 * Everything that `entry` exports, by its published name.
 * @param {Sources} sources
 * @param {string} entry
 * @returns {Map<string, Declaration>}
 */
export function exportsOf(sources, entry) {
  const module = sources.module(entry);
  /** @type {Map<string, Declaration>} */
  const found = new Map();
  for (const node of module.program["body"]) {
    if (node.type === "ExportAllDeclaration") {
      const path = sources.locate(entry, node.source.value);
      for (const [name, declaration] of exportsOf(sources, path)) found.set(name, declaration);
    } else if (node.type === "ExportNamedDeclaration") {
      for (const [name, local, source] of namesOf(node)) {
        const path = source === undefined ? entry : sources.locate(entry, source);
        found.set(name, declarationOf(sources, path, local));
      }
    }
  }
  return found;
}

/**
 * The published name, the local name and the source of each thing an export statement exports.
 * @param {Node} node
 * @returns {[string, string, string | undefined][]}
 */
function namesOf(node) {
  if (node["declaration"] !== null) {
    return declaredNames(node["declaration"]).map((name) => [name, name, undefined]);
  }
  return node["specifiers"].map((/** @type {Node} */ specifier) => [
    nameOf(specifier["exported"]),
    nameOf(specifier["local"]),
    node["source"]?.value,
  ]);
}

/** @param {Node} node */
function nameOf(node) {
  return node.type === "Literal" ? node["value"] : node["name"];
}

/** @param {Node} declaration @returns {string[]} */
export function declaredNames(declaration) {
  if (declaration.type === "VariableDeclaration") {
    return declaration["declarations"].map((/** @type {Node} */ one) => one["id"].name);
  }
  return declaration["id"] === undefined ? [] : [declaration["id"].name];
}

/**
 * Where a name that a module declares, imports or passes on is declared.
 * @param {Sources} sources
 * @param {string} path
 * @param {string} name
 * @returns {Declaration}
 */
export function declarationOf(sources, path, name) {
  const module = sources.module(path);
  /** @type {Node[]} */
  const nodes = [];
  for (const node of module.program["body"]) {
    const declaration = node.type === "ExportNamedDeclaration" ? node.declaration : node;
    if (declaration !== null && declaredNames(declaration).includes(name)) nodes.push(node);
    const passed = passedOn(node, name);
    if (passed !== undefined)
      return declarationOf(sources, sources.locate(path, passed[0]), passed[1]);
  }
  if (nodes.length > 0) return { name, module, nodes };
  throw new Error(`${path}:${lineOf(module.text, 0)} declares no "${name}"`);
}

/**
 * The source and the name there of a name that a statement imports or re-exports.
 * @param {Node} node
 * @param {string} name
 * @returns {[string, string] | undefined}
 */
function passedOn(node, name) {
  if (node["source"] === undefined || node["source"] === null) return undefined;
  for (const specifier of node["specifiers"] ?? []) {
    const [outer, inner] =
      specifier.type === "ExportSpecifier"
        ? [specifier.exported, specifier.local]
        : [specifier.local, specifier.imported];
    if (inner !== undefined && nameOf(outer) === name) return [node["source"].value, nameOf(inner)];
  }
  return undefined;
}

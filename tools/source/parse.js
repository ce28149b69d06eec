/**
 * TypeScript and JavaScript files as syntax trees, with what the checks of this folder ask of one:
 * lines, comments, imports. One parser for all of them.
 */

import { parseSync, visitorKeys } from "oxc-parser";

/**
 * A node of the tree. The checks read it by its documented shape, so it is typed loosely.
 * @typedef {{ type: string, start: number, end: number, [key: string]: any }} Node
 * @typedef {{ type: string, value: string, start: number, end: number }} Comment
 * @typedef {object} Module
 * @property {string} path relative to the root, with forward slashes
 * @property {string} text
 * @property {Node} program
 * @property {Comment[]} comments
 */

/**
 * Parses one file; a syntax error is thrown with its line.
 * @param {string} path
 * @param {string} text
 * @returns {Module}
 */
export function parseModule(path, text) {
  const { program, comments, errors } = parseSync(path, text, { sourceType: "module" });
  const fault = errors.find((error) => error.severity === "Error");
  if (fault !== undefined) {
    const at = fault.labels[0]?.start ?? 0;
    throw new SyntaxError(`${path}:${lineOf(text, at)} ${fault.message}`);
  }
  return { path, text, program: /** @type {any} */ (program), comments };
}

/**
 * The line of an offset, counted from one.
 * @param {string} text
 * @param {number} offset
 */
export function lineOf(text, offset) {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) {
    line++;
  }
  return line;
}

/**
 * Calls `visit` for a node and everything below it, parents first; `false` skips what is below.
 * @param {Node} node
 * @param {(node: Node, parent: Node | null, key: string) => void | false} visit
 */
export function walk(node, visit) {
  step(node, null, "", visit);
}

/**
 * @param {Node} node
 * @param {Node | null} parent
 * @param {string} key
 * @param {(node: Node, parent: Node | null, key: string) => void | false} visit
 */
function step(node, parent, key, visit) {
  if (visit(node, parent, key) === false) return;
  for (const name of visitorKeys[node.type] ?? []) {
    const child = node[name];
    for (const one of Array.isArray(child) ? child : [child]) {
      if (one !== null && one !== undefined) step(one, node, name, visit);
    }
  }
}

/**
 * @typedef {object} Import
 * @property {string} specifier
 * @property {number} line
 * @property {boolean} typeOnly nothing of it is left after compilation
 */

/**
 * Everything a module names of other modules: imports, re-exports, `import()`, import types.
 * A specifier that is not a plain string is left out.
 * @param {Module} module
 * @returns {Import[]}
 */
export function importsOf(module) {
  /** @type {Import[]} */
  const found = [];
  /** @param {Node | null | undefined} source @param {boolean} typeOnly */
  const add = (source, typeOnly) => {
    if (source?.type !== "Literal" || typeof source.value !== "string") return;
    found.push({ specifier: source.value, line: lineOf(module.text, source.start), typeOnly });
  };
  walk(module.program, (node) => {
    switch (node.type) {
      case "ImportDeclaration":
        add(node.source, node.importKind === "type");
        break;
      case "ExportNamedDeclaration":
      case "ExportAllDeclaration":
        add(node.source, node.exportKind === "type");
        break;
      case "ImportExpression":
        add(node.source, false);
        break;
      case "TSImportType":
        add(node.source ?? node.argument?.literal, true);
        break;
    }
  });
  return found;
}

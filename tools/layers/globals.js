/**
 * Which globals of the engine a module reads: names it uses and declares nowhere. A name that is
 * declared in any scope of the module counts as its own, so a shadowed global is not seen; nothing
 * is ever reported that is not there.
 */

import { lineOf, walk } from "../source/parse.js";

/** @typedef {import("../source/parse.js").Node} Node */
/** @typedef {"clock" | "node" | "dom"} Kind */

/** Real time, timers and chance: what makes a program depend on more than its input. */
const CLOCKS = new Set([
  "setTimeout",
  "setInterval",
  "setImmediate",
  "clearTimeout",
  "clearInterval",
  "clearImmediate",
  "queueMicrotask",
  "performance",
  "requestAnimationFrame",
  "cancelAnimationFrame",
  "requestIdleCallback",
  "cancelIdleCallback",
  "scheduler",
  "Date.now",
  "Date()",
  "Math.random",
  "process.nextTick",
  "process.hrtime",
  "process.uptime",
]);

const NODE = new Set([
  "process",
  "Buffer",
  "global",
  "require",
  "module",
  "__dirname",
  "__filename",
]);

const DOM = new Set([
  "document",
  "window",
  "self",
  "navigator",
  "location",
  "history",
  "localStorage",
  "sessionStorage",
  "indexedDB",
  "customElements",
  "Element",
  "HTMLElement",
  "MutationObserver",
  "IntersectionObserver",
  "XMLHttpRequest",
  "Worker",
  "requestAnimationFrame",
  "cancelAnimationFrame",
  "requestIdleCallback",
  "cancelIdleCallback",
  "onmessage",
  "postMessage",
]);

const GLOBAL_OBJECTS = new Set(["globalThis", "self", "window", "global"]);

/**
 * @typedef {object} GlobalUse
 * @property {string} name
 * @property {number} line
 * @property {Kind[]} kinds
 */

/**
 * The uses of clocks, Node's globals and the DOM in a module.
 * @param {import("../source/parse.js").Module} module
 * @returns {GlobalUse[]}
 */
export function globalsOf(module) {
  const declared = declaredNames(module.program);
  /** @type {GlobalUse[]} */
  const uses = [];
  /** @param {Node} node @param {string} name */
  const report = (node, name) => {
    const kinds = kindsOf(name);
    if (kinds.length > 0) uses.push({ name, line: lineOf(module.text, node.start), kinds });
  };
  walk(module.program, (node, parent, key) => {
    if (isTypeOnly(node)) return false;
    if (node.type === "VariableDeclarator" && isGlobalObject(node["init"], declared)) {
      for (const property of node["id"].properties ?? []) report(node, property.key?.name);
    } else if (node.type === "MemberExpression") {
      const path = memberPath(node, declared);
      if (path !== undefined) report(node, path);
    } else if (node.type === "Identifier" && isReference(parent, key) && !declared.has(node.name)) {
      const constructed = isConstruction(node, parent, key);
      report(node, constructed && node.name === "Date" ? "Date()" : node.name);
    }
    return undefined;
  });
  return uses;
}

/** @param {string} name @returns {Kind[]} */
function kindsOf(name) {
  /** @type {Kind[]} */
  const kinds = [];
  if (CLOCKS.has(name)) kinds.push("clock");
  if (NODE.has(name)) kinds.push("node");
  if (DOM.has(name)) kinds.push("dom");
  return kinds;
}

/**
 * `Date.now` and the like by their dotted name; `globalThis.setTimeout` as `setTimeout`.
 * @param {Node} node
 * @param {Set<string>} declared
 */
function memberPath(node, declared) {
  if (node.object.type !== "Identifier" || declared.has(node.object.name)) return undefined;
  const property = node.computed
    ? node.property.type === "Literal" && String(node.property.value)
    : node.property.name;
  if (typeof property !== "string") return undefined;
  return GLOBAL_OBJECTS.has(node.object.name) ? property : `${node.object.name}.${property}`;
}

/** @param {Node | null} node @param {Set<string>} declared */
function isGlobalObject(node, declared) {
  return (
    node?.type === "Identifier" && GLOBAL_OBJECTS.has(node["name"]) && !declared.has(node["name"])
  );
}

/** `new Date()` and `Date()` read the clock, `new Date(0)` does not. */
/** @param {Node} node @param {Node | null} parent @param {string} key */
function isConstruction(node, parent, key) {
  if (key !== "callee" || node.name !== "Date") return false;
  return parent?.type === "CallExpression" || parent?.["arguments"]?.length === 0;
}

/** @param {Node} node */
function isTypeOnly(node) {
  return (
    (node.type.startsWith("TSType") && node.type !== "TSTypeAssertion") ||
    node.type === "TSInterfaceDeclaration" ||
    (node.type === "ImportDeclaration" && node.importKind === "type") ||
    node["declare"] === true
  );
}

/** True where an identifier is read, not where it is a property's or a binding's name. */
/** @param {Node | null} parent @param {string} key */
function isReference(parent, key) {
  if (parent === null) return false;
  switch (parent.type) {
    case "MemberExpression":
      return key === "object" || parent["computed"];
    case "Property":
      return key === "value" || parent["computed"];
    case "MethodDefinition":
    case "PropertyDefinition":
    case "AccessorProperty":
      return key === "value" || parent["computed"];
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
    case "ImportSpecifier":
    case "ExportSpecifier":
      return false;
    default:
      return true;
  }
}

/**
 * Every name that is bound somewhere in the module.
 * @param {Node} program
 */
function declaredNames(program) {
  /** @type {Set<string>} */
  const names = new Set();
  walk(program, (node) => {
    switch (node.type) {
      case "VariableDeclarator":
        bind(node["id"], names);
        break;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        bind(node["id"], names);
        for (const parameter of node["params"]) bind(parameter, names);
        break;
      case "ClassDeclaration":
      case "ClassExpression":
      case "TSEnumDeclaration":
        bind(node["id"], names);
        break;
      case "ImportSpecifier":
      case "ImportDefaultSpecifier":
      case "ImportNamespaceSpecifier":
        bind(node["local"], names);
        break;
      case "CatchClause":
        bind(node["param"], names);
        break;
    }
  });
  return names;
}

/** Adds the names a pattern binds. */
/** @param {Node | null | undefined} pattern @param {Set<string>} names */
function bind(pattern, names) {
  if (pattern === null || pattern === undefined) return;
  switch (pattern.type) {
    case "Identifier":
      names.add(pattern["name"]);
      break;
    case "AssignmentPattern":
      bind(pattern["left"], names);
      break;
    case "RestElement":
      bind(pattern["argument"], names);
      break;
    case "ArrayPattern":
      for (const element of pattern["elements"]) bind(element, names);
      break;
    case "ObjectPattern":
      for (const property of pattern["properties"]) bind(property.value ?? property, names);
      break;
    case "TSParameterProperty":
      bind(pattern["parameter"], names);
      break;
  }
}

import type { FunctionNode, Node } from "./syntax.js";

/**
 * Questions about the shape of the tree that need no names: what a wrapper wraps, which function a node stands in,
 * what a key is called.
 */

/** True for a node that only wraps an expression and leaves its value as it is: parentheses, `!`, `as T`, `?.`. */
export function isWrapper(node: Node): node is Extract<Node, { expression: Node }> {
  switch (node.type) {
    case "ChainExpression":
    case "ParenthesizedExpression":
    case "TSNonNullExpression":
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSTypeAssertion":
      return true;
    default:
      return false;
  }
}

/** The expression inside all wrappers around it. */
export function unwrap(node: Node): Node {
  let inner = node;
  while (isWrapper(inner)) inner = inner.expression;
  return inner;
}

/** True for a function of any kind that has a body. */
export function isFunction(node: Node): node is FunctionNode {
  switch (node.type) {
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return node.body !== null;
    default:
      return false;
  }
}

/** True for a `function*` that is not async: the only kind whose call gives a coroutine. */
export function isGenerator(node: Node): node is FunctionNode & { readonly generator: true } {
  return isFunction(node) && node.generator && !node.async;
}

/** The function whose body the node runs in; undefined at the top of the file and in a class's initialisers. */
export function enclosingFunction(node: Node): FunctionNode | undefined {
  for (let outer = node.parent; outer !== null; outer = outer.parent) {
    if (isFunction(outer)) return outer;
    switch (outer.type) {
      case "StaticBlock":
      case "PropertyDefinition":
      case "AccessorProperty":
        return undefined;
      default:
    }
  }
  return undefined;
}

/** The key of a member, method or property as one string: `name`, `#name`, `[Symbol.iterator]`; undefined if computed. */
export function keyOf(key: Node, computed: boolean): string | undefined {
  switch (key.type) {
    case "Identifier":
      return computed ? undefined : key.name;
    case "PrivateIdentifier":
      return `#${key.name}`;
    case "Literal":
      return typeof key.value === "string" ? key.value : undefined;
    case "MemberExpression":
      return isSymbolIterator(key) ? "[Symbol.iterator]" : undefined;
    default:
      return undefined;
  }
}

function isSymbolIterator(node: Extract<Node, { type: "MemberExpression" }>): boolean {
  return (
    node.object.type === "Identifier" &&
    node.object.name === "Symbol" &&
    keyOf(node.property, node.computed) === "iterator"
  );
}

/** The string a node spells out, as in the source of an import; undefined for anything else. */
export function stringOf(node: Node | undefined): string | undefined {
  return node?.type === "Literal" && typeof node.value === "string" ? node.value : undefined;
}

/**
 * The syntax tree as the lowering reads it: oxc's ESTree, walked without its types, which run nothing.
 */
import {
  type ArrowFunctionExpression,
  type Function as NamedFunction,
  type Node,
  visitorKeys,
} from "oxc-parser";

export type { Node } from "oxc-parser";

/** A function of any kind. */
export type FunctionNode = NamedFunction | ArrowFunctionExpression;

/** Fields that hold nothing but types. */
const TYPE_FIELDS = new Set([
  "typeAnnotation",
  "typeParameters",
  "typeArguments",
  "returnType",
  "superTypeArguments",
  "implements",
]);

/** The TypeScript nodes that run, or hold something that does. */
const RUNNING_TYPESCRIPT = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSTypeAssertion",
  "TSNonNullExpression",
  "TSInstantiationExpression",
  "TSModuleDeclaration",
  "TSModuleBlock",
  "TSEnumDeclaration",
  "TSEnumBody",
  "TSEnumMember",
  "TSExportAssignment",
  "TSParameterProperty",
]);

/** Calls `visit` for each node directly below `node` that belongs to the running program, in source order. */
export function forEachChild(node: Node, visit: (child: Node) => void): void {
  const fields = node as unknown as Record<string, Node | (Node | null)[] | null | undefined>;
  for (const key of visitorKeys[node.type] ?? []) {
    if (TYPE_FIELDS.has(key)) continue;
    const value = fields[key];
    if (Array.isArray(value)) {
      for (const item of value) if (item !== null && runs(item)) visit(item);
    } else if (value !== null && value !== undefined && runs(value)) visit(value);
  }
}

function runs(node: Node): boolean {
  return !node.type.startsWith("TS") || RUNNING_TYPESCRIPT.has(node.type);
}

/** True for a function that has a body. */
export function isFunction(node: Node): node is FunctionNode {
  switch (node.type) {
    case "ArrowFunctionExpression":
      return true;
    case "FunctionDeclaration":
    case "FunctionExpression":
      return node.body !== null;
    default:
      return false;
  }
}

/** The expression inside parentheses and TypeScript's casts. */
export function unwrap(node: Node): Node {
  switch (node.type) {
    case "ParenthesizedExpression":
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSTypeAssertion":
    case "TSNonNullExpression":
      return unwrap(node.expression);
    default:
      return node;
  }
}

/** The node that the text of an expression begins with. */
export function leftmost(node: Node): Node {
  switch (node.type) {
    case "BinaryExpression":
    case "LogicalExpression":
    case "AssignmentExpression":
      return leftmost(node.left);
    case "ConditionalExpression":
      return leftmost(node.test);
    case "SequenceExpression":
      return leftmost(node.expressions[0] as Node);
    case "CallExpression":
      return leftmost(node.callee);
    case "MemberExpression":
      return leftmost(node.object);
    case "TaggedTemplateExpression":
      return leftmost(node.tag);
    case "UpdateExpression":
      return node.prefix ? node : leftmost(node.argument);
    case "ChainExpression":
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
      return leftmost(node.expression);
    default:
      return node;
  }
}

/**
 * What a function is called where it is written: by itself, or by the variable, property or class member it is the value
 * of.
 */
import type { FunctionNode, Node } from "../syntax/node.js";

/** The names of a function. */
export interface FunctionName {
  /** As the engine names it; empty for one without a name. */
  readonly own: string;
  /** For people: a method has that of its class before it. */
  readonly shown: string;
}

const ANONYMOUS = "<anonymous>";

/** The names of `node`, which stands below the nodes of `path`. */
export function nameOf(node: FunctionNode, path: readonly Node[], code: string): FunctionName {
  if (node.id !== null) return { own: node.id.name, shown: node.id.name };
  const own = inferredName(node, path, path.length - 1, code);
  const owner = classOf(path);
  if (own === undefined) return { own: "", shown: ANONYMOUS };
  if (owner === undefined) return { own, shown: own };
  return { own, shown: `${owner}${own.startsWith("[") ? "" : "."}${own}` };
}

/** The name that a value gets from where it stands. */
function inferredName(
  value: Node,
  path: readonly Node[],
  depth: number,
  code: string,
): string | undefined {
  const parent = path[depth];
  switch (parent?.type) {
    case "VariableDeclarator":
      return parent.id.type === "Identifier" ? parent.id.name : undefined;
    case "AssignmentPattern":
      return parent.left.type === "Identifier" ? parent.left.name : undefined;
    case "AssignmentExpression":
      if (parent.right !== value) return undefined;
      if (parent.left.type === "Identifier") return parent.left.name;
      return parent.left.type === "MemberExpression"
        ? keyName(parent.left.property, parent.left.computed, code)
        : undefined;
    case "Property":
    case "MethodDefinition":
    case "PropertyDefinition":
    case "AccessorProperty":
      return parent.value === value ? keyName(parent.key, parent.computed, code) : undefined;
    case "ExportDefaultDeclaration":
      return "default";
    case "ParenthesizedExpression":
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSTypeAssertion":
    case "TSNonNullExpression":
      return inferredName(parent, path, depth - 1, code);
    default:
      return undefined;
  }
}

function keyName(key: Node, computed: boolean, code: string): string {
  if (key.type === "PrivateIdentifier") return `#${key.name}`;
  if (key.type === "Identifier" && !computed) return key.name;
  if (key.type === "Literal") return String(key.value);
  return `[${code.slice(key.start, key.end)}]`;
}

/** The name of the class that a member stands in. */
function classOf(path: readonly Node[]): string | undefined {
  const member = path.findLastIndex(
    ({ type }) =>
      type === "MethodDefinition" || type === "PropertyDefinition" || type === "AccessorProperty",
  );
  // Its value itself, perhaps in parentheses; not something inside of it.
  const between = path.slice(member + 1);
  if (member < 2 || between.some(({ type }) => !/^(Parenthesized|TS)/.test(type))) return undefined;
  const owner = path[member - 2];
  if (owner?.type !== "ClassDeclaration" && owner?.type !== "ClassExpression") return undefined;
  if (owner.id !== null) return owner.id.name;
  const inferred = path[member - 3];
  if (inferred?.type === "VariableDeclarator" && inferred.id.type === "Identifier")
    return inferred.id.name;
  return undefined;
}

import { CLASSES } from "./api.js";
import { importedValue } from "./imports.js";
import { memberOf } from "./members.js";
import type { Definition, Variable } from "./rule.js";
import { isReassigned } from "./scopes.js";
import type { FunctionNode, Node, VariableDeclarator } from "./syntax.js";
import { isFunction, keyOf, unwrap } from "./tree.js";
import { annotatedValue, instanceValue } from "./types.js";
import type { Value, Values } from "./value.js";

/**
 * What a name holds, told by its one declaration: an import, a function, a class, a `const` (or a `let` that nothing
 * writes to), a destructured property, a parameter with a type or with a known role.
 */

/** The value that the variable holds wherever it is read. */
export function variableValue(variable: Variable, values: Values): Value | undefined {
  const [definition, ...others] = variable.defs.filter(({ node }) => !isOverload(node));
  if (definition === undefined || others.length > 0) return undefined;
  if (isReassigned(variable)) return annotationOf(definition.name, values);
  const { node } = definition;
  switch (definition.type) {
    case "ImportBinding":
      return importedValue(node);
    case "FunctionName":
    case "ClassName":
      return values.of(node);
    case "Variable":
      return node.type === "VariableDeclarator"
        ? declaredValue(node, definition.name, values)
        : undefined;
    case "Parameter":
      return isFunction(node) ? parameterValue(node, definition, values) : undefined;
    default:
      return undefined;
  }
}

/** An overload signature, which has no body, says nothing that the implementation does not. */
function isOverload(node: Node): boolean {
  return (node.type as string) === "TSDeclareFunction";
}

function declaredValue(
  declarator: VariableDeclarator,
  name: Node,
  values: Values,
): Value | undefined {
  const source = declarator.init ? values.of(declarator.init) : iteratedValue(declarator, values);
  return destructured(declarator.id, name, source, values) ?? annotationOf(name, values);
}

/** The value at the place of `name` in the pattern, when the whole has the value `source`. */
function destructured(
  pattern: Node,
  name: Node,
  source: Value | undefined,
  values: Values,
): Value | undefined {
  if (source === undefined || pattern === name) return source;
  const property = name.parent;
  if (property?.type !== "Property" || property.value !== name) return undefined;
  const key = keyOf(property.key, property.computed);
  if (key === undefined || property.parent === null) return undefined;
  const owner = destructured(pattern, property.parent, source, values);
  return owner === undefined ? undefined : memberOf(owner, key, values);
}

function annotationOf(name: Node, values: Values): Value | undefined {
  return name.type === "Identifier" ? annotatedValue(name.typeAnnotation, values) : undefined;
}

/** What `for (const x of y)` gives: the elements of `asCompleted()` are awaitables. */
function iteratedValue(declarator: VariableDeclarator, values: Values): Value | undefined {
  const loop = declarator.parent?.parent;
  if (loop?.type !== "ForOfStatement" || loop.left !== declarator.parent) return undefined;
  const iterated = values.of(loop.right);
  const form = iterated?.kind === "api-object" ? CLASSES.get(iterated.name)?.elements : undefined;
  return form === undefined ? undefined : { kind: "awaitable", form };
}

function parameterValue(
  node: FunctionNode,
  { name }: Definition,
  values: Values,
): Value | undefined {
  const annotated = annotationOf(name, values);
  if (annotated !== undefined) return annotated;
  for (const [index, parameter] of node.params.entries()) {
    if (parameter === name) return index === 0 ? givenValue(node, values) : undefined;
    if (parameter.type === "AssignmentPattern" && parameter.left === name) {
      return values.of(parameter.right);
    }
  }
  return undefined;
}

/** What tsyncio passes as the first argument to a function handed to it: `emit`, or what a context manager enters. */
function givenValue(node: FunctionNode, values: Values): Value | undefined {
  const call = node.parent;
  if (call?.type !== "CallExpression") return undefined;
  const callee = values.of(call.callee);
  if (callee?.kind !== "api-function") return undefined;
  if (callee.name === "asyncGenerator" && call.arguments[0] === node) {
    return instanceValue({ kind: "api-class", name: "Emit" });
  }
  if (callee.name !== "asyncWith" || call.arguments[1] !== node) return undefined;
  const manager = call.arguments[0] && values.of(unwrap(call.arguments[0]));
  return manager?.kind === "api-object" && CLASSES.get(manager.name)?.entersItself
    ? manager
    : undefined;
}

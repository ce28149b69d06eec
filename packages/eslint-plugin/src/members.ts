import { CLASSES } from "./api.js";
import { exportedValue } from "./imports.js";
import type {
  ClassNode,
  FieldDefinition,
  MethodDefinition,
  Node,
  ObjectExpression,
} from "./syntax.js";
import { isFunction, keyOf, unwrap } from "./tree.js";
import { annotatedValue, instanceValue } from "./types.js";
import type { Value, Values } from "./value.js";

/**
 * Members of what the file knows: exports of the module, methods of tsyncio's classes, of the file's own classes with
 * their base classes, and properties of object literals; and what `this` and `super` stand for.
 */

/** The value of `owner.key`. */
export function memberOf(owner: Value, key: string, values: Values): Value | undefined {
  switch (owner.kind) {
    case "module":
      return exportedValue(key);
    case "api-object": {
      const methods = CLASSES.get(owner.name)?.methods;
      return methods?.has(key)
        ? { kind: "api-function", name: key, result: methods.get(key) }
        : undefined;
    }
    case "class":
      return classMember(owner.node, key, { isStatic: true, values });
    case "object":
      return owner.node.type === "ObjectExpression"
        ? propertyOf(owner.node, key, values)
        : classMember(owner.node, key, { isStatic: false, values });
    default:
      return undefined;
  }
}

/** What `this` is at the node: the object or class whose method, field or static block it stands in. */
export function thisValue(node: Node): Value | undefined {
  let inner: Node = node;
  for (let outer = node.parent; outer !== null; inner = outer, outer = outer.parent) {
    switch (outer.type) {
      case "FunctionDeclaration":
        return undefined;
      case "FunctionExpression":
        return methodOwner(outer);
      case "StaticBlock":
        return ownerOf(outer, true);
      case "PropertyDefinition":
      case "AccessorProperty":
        if (inner === outer.value) return ownerOf(outer, outer.static);
        break;
      default:
    }
  }
  return undefined;
}

/** What `super` is at the node: as `this`, one class further up. */
export function superValue(node: Node, values: Values): Value | undefined {
  const owner = thisValue(node);
  if (owner?.kind === "class") return baseOf(owner.node, values);
  if (owner?.kind !== "object" || owner.node.type === "ObjectExpression") return undefined;
  return instanceValue(baseOf(owner.node, values));
}

function methodOwner(method: Node): Value | undefined {
  const holder = method.parent;
  switch (holder?.type) {
    case "MethodDefinition":
    case "PropertyDefinition":
    case "AccessorProperty":
      return ownerOf(holder, holder.static);
    case "Property":
      return holder.value === method && holder.parent?.type === "ObjectExpression"
        ? { kind: "object", node: holder.parent }
        : undefined;
    default:
      return undefined;
  }
}

function ownerOf(element: Node, isStatic: boolean): Value | undefined {
  const owner = element.parent?.parent;
  if (owner?.type !== "ClassDeclaration" && owner?.type !== "ClassExpression") return undefined;
  return { kind: isStatic ? "class" : "object", node: owner };
}

function baseOf(node: ClassNode, values: Values): Value | undefined {
  return node.superClass === null ? undefined : values.of(node.superClass);
}

interface Lookup {
  readonly isStatic: boolean;
  readonly values: Values;
}

/** Looks in the class and then in the classes it extends; these may, by mistake, extend each other. */
function classMember(node: ClassNode, key: string, lookup: Lookup): Value | undefined {
  const { isStatic, values } = lookup;
  const searched = new Set<ClassNode>();
  let type: Value | undefined = { kind: "class", node };
  while (type?.kind === "class" && !searched.has(type.node)) {
    searched.add(type.node);
    const found = ownMember(type.node, key, lookup);
    if (found !== undefined) return found.value;
    type = baseOf(type.node, values);
  }
  const owner = isStatic ? type : instanceValue(type);
  return owner?.kind === "api-object" ? memberOf(owner, key, values) : undefined;
}

/** A member that the class itself has; its value is undefined when the class does not tell. */
function ownMember(
  node: ClassNode,
  key: string,
  { isStatic, values }: Lookup,
): { readonly value: Value | undefined } | undefined {
  let isDeclared = false;
  for (const element of node.body.body) {
    if (isConstructor(element)) {
      const value = isStatic ? undefined : constructedField(element, key, values);
      if (value !== undefined) return { value };
    } else if (isElement(element) && element.static === isStatic) {
      if (keyOf(element.key, element.computed) !== key) continue;
      const value = elementValue(element, values);
      if (value !== undefined) return { value };
      isDeclared = true;
    }
  }
  return isDeclared ? { value: undefined } : undefined;
}

function isConstructor(element: Node): element is MethodDefinition {
  return element.type === "MethodDefinition" && element.kind === "constructor";
}

function isElement(element: Node): element is MethodDefinition | FieldDefinition {
  return (
    element.type === "MethodDefinition" ||
    element.type === "PropertyDefinition" ||
    element.type === "AccessorProperty"
  );
}

function elementValue(
  element: MethodDefinition | FieldDefinition,
  values: Values,
): Value | undefined {
  if (element.type === "MethodDefinition") {
    return element.kind === "method" && isFunction(element.value)
      ? { kind: "function", node: element.value }
      : undefined;
  }
  const value = element.value === null ? undefined : values.of(element.value);
  return value ?? annotatedValue(element.typeAnnotation, values);
}

/** A field that the constructor makes: `this.key = value`, or a TypeScript parameter property. */
function constructedField(
  method: MethodDefinition,
  key: string,
  values: Values,
): Value | undefined {
  if (!isFunction(method.value) || method.value.body?.type !== "BlockStatement") return undefined;
  for (const parameter of method.value.params) {
    if (parameter.type !== "TSParameterProperty") continue;
    const { parameter: target } = parameter;
    const name = target.type === "AssignmentPattern" ? target.left : target;
    if (name.type === "Identifier" && name.name === key) return values.of(name);
  }
  for (const statement of method.value.body.body) {
    if (statement.type !== "ExpressionStatement") continue;
    const assignment = statement.expression;
    if (assignment.type !== "AssignmentExpression" || assignment.operator !== "=") continue;
    const { left, right } = assignment;
    if (left.type !== "MemberExpression" || left.object.type !== "ThisExpression") continue;
    if (keyOf(left.property, left.computed) === key) return values.of(right);
  }
  return undefined;
}

function propertyOf(node: ObjectExpression, key: string, values: Values): Value | undefined {
  let found: Value | undefined;
  for (const property of node.properties) {
    if (property.type !== "Property") return undefined;
    if (keyOf(property.key, property.computed) !== key) continue;
    found = property.kind === "init" ? values.of(unwrap(property.value)) : undefined;
  }
  return found;
}

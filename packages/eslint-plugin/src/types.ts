import { CLASSES, type Result } from "./api.js";
import { exportedValue, importedValue } from "./imports.js";
import type { Identifier, Node, TypeAnnotation } from "./syntax.js";
import type { Value, Values } from "./value.js";

/**
 * Values told by what a type annotation spells out: `queue: Queue<number>`, `(): Coroutine<void>`. A name counts when
 * it is imported from tsyncio or is a class of this file; no type is inferred.
 */

/** The value an annotation promises. */
export function annotatedValue(
  annotation: TypeAnnotation | null | undefined,
  values: Values,
): Value | undefined {
  return annotation ? typeValue(annotation.typeAnnotation, values) : undefined;
}

/** The value of a call or member whose result the tables give. */
export function resultValue(result: Result): Value | undefined {
  if (result === undefined) return undefined;
  if (typeof result === "string") return { kind: "awaitable", form: result };
  return instanceValue({ kind: "api-class", name: result.instanceOf });
}

/** The value an object of the class is. */
export function instanceValue(type: Value | undefined): Value | undefined {
  if (type?.kind === "class") return { kind: "object", node: type.node };
  if (type?.kind !== "api-class") return undefined;
  const { name } = type;
  const { form, call } = CLASSES.get(name) ?? {};
  if (call !== undefined) return { kind: "api-function", name, result: call };
  return form === undefined ? { kind: "api-object", name } : { kind: "awaitable", form };
}

function typeValue(type: Node, values: Values): Value | undefined {
  switch (type.type) {
    case "TSTypeReference":
      return instanceValue(namedType(type.typeName, values));
    case "TSUnionType": {
      const [only, ...others] = type.types.filter(
        ({ type }) => type !== "TSNullKeyword" && type !== "TSUndefinedKeyword",
      );
      return only !== undefined && others.length === 0 ? typeValue(only, values) : undefined;
    }
    default:
      return undefined;
  }
}

function namedType(name: Node, values: Values): Value | undefined {
  if (name.type === "Identifier") return declaredType(name, values);
  if (name.type !== "TSQualifiedName" || name.left.type !== "Identifier") return undefined;
  const left = declaredType(name.left, values);
  return left?.kind === "module" ? exportedValue(name.right.name) : undefined;
}

function declaredType(name: Identifier, values: Values): Value | undefined {
  const definition = values.variableOf(name)?.defs[0];
  switch (definition?.type) {
    case "ImportBinding":
      return importedValue(definition.node);
    case "ClassName":
      return values.of(definition.node);
    default:
      return undefined;
  }
}

import type { Form, Result } from "./api.js";
import type { Variable } from "./rule.js";
import type { ClassNode, FunctionNode, Identifier, Node, ObjectExpression } from "./syntax.js";

/** Something that can be awaited; `generator` is the `function*` of this file it comes from, if any. */
export interface Awaitable {
  readonly kind: "awaitable";
  readonly form: Form;
  readonly generator?: FunctionNode;
}

/** What the syntax alone tells about the value of an expression. */
export type Value =
  | Awaitable
  /** The module `tsyncio` as an object. */
  | { readonly kind: "module" }
  /** A function or method of tsyncio. */
  | { readonly kind: "api-function"; readonly name: string; readonly result: Result }
  /** A class of tsyncio, and an object of one. */
  | { readonly kind: "api-class"; readonly name: string }
  | { readonly kind: "api-object"; readonly name: string }
  /** Functions, classes, objects of classes and object literals of this file. */
  | { readonly kind: "function"; readonly node: FunctionNode }
  | { readonly kind: "class"; readonly node: ClassNode }
  | { readonly kind: "object"; readonly node: ClassNode | ObjectExpression };

/** Finds values; how the parts that know names, members and types ask each other. */
export interface Values {
  /** The value of an expression, undefined when the file does not tell. */
  of(node: Node): Value | undefined;
  /** The variable behind an identifier, undefined when the file does not declare it. */
  variableOf(identifier: Identifier): Variable | undefined;
}

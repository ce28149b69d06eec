import { isTsyncio } from "./api.js";
import { variableValue } from "./bindings.js";
import { memberOf, superValue, thisValue } from "./members.js";
import type { SourceCode, Variable } from "./rule.js";
import { Scopes } from "./scopes.js";
import type { FunctionNode, Identifier, Node } from "./syntax.js";
import { isFunction, isGenerator, keyOf, stringOf, unwrap } from "./tree.js";
import { annotatedValue, instanceValue, resultValue } from "./types.js";
import type { Awaitable, Value, Values } from "./value.js";

/**
 * Tells the values of one file's expressions from its text alone. Nothing is guessed: what is imported from another
 * module of the project, passed in without a type, or assigned twice has no value here.
 */
export class Evaluator implements Values {
  readonly #scopes: Scopes;
  /** Expressions being evaluated: `const f = () => f()` has no value instead of no end. */
  readonly #visiting = new Set<Node>();

  constructor(sourceCode: SourceCode) {
    this.#scopes = new Scopes(sourceCode);
  }

  /** The value of an expression, undefined when the file does not tell. */
  of(node: Node): Value | undefined {
    if (this.#visiting.has(node)) return undefined;
    this.#visiting.add(node);
    try {
      return this.#evaluate(node);
    } finally {
      this.#visiting.delete(node);
    }
  }

  /** The value of an expression if that is something to be awaited. */
  awaitable(node: Node): Awaitable | undefined {
    const value = this.of(node);
    return value?.kind === "awaitable" ? value : undefined;
  }

  /** The variable behind an identifier, undefined when the file does not declare it. */
  variableOf(identifier: Identifier): Variable | undefined {
    return this.#scopes.variableOf(identifier);
  }

  /** The variable of this name that can be seen from the node. */
  visible(name: string, from: Node): Variable | undefined {
    return this.#scopes.visible(name, from);
  }

  #evaluate(wrapped: Node): Value | undefined {
    const node = unwrap(wrapped);
    switch (node.type) {
      case "Identifier": {
        const variable = this.variableOf(node);
        return variable && variableValue(variable, this);
      }
      case "MemberExpression": {
        const key = keyOf(node.property, node.computed);
        const owner = this.of(node.object);
        return key !== undefined && owner !== undefined ? memberOf(owner, key, this) : undefined;
      }
      case "CallExpression":
        return isRequire(node.callee, this) && isTsyncio(stringOf(node.arguments[0]))
          ? { kind: "module" }
          : this.#callValue(node.callee);
      case "NewExpression":
        return instanceValue(this.of(node.callee));
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        return isFunction(node) ? { kind: "function", node } : undefined;
      case "ClassDeclaration":
      case "ClassExpression":
        return { kind: "class", node };
      case "ObjectExpression":
        return { kind: "object", node };
      case "ThisExpression":
        return thisValue(node);
      case "Super":
        return superValue(node, this);
      default:
        return this.#forwarded(node);
    }
  }

  /** Expressions whose value is that of a part of them. */
  #forwarded(node: Node): Value | undefined {
    switch (node.type) {
      case "AwaitExpression":
        return node.argument.type === "ImportExpression" &&
          isTsyncio(stringOf(node.argument.source))
          ? { kind: "module" }
          : undefined;
      case "AssignmentExpression":
        return node.operator === "=" ? this.of(node.right) : undefined;
      case "SequenceExpression": {
        const last = node.expressions.at(-1);
        return last && this.of(last);
      }
      case "ConditionalExpression": {
        const consequent = this.awaitable(node.consequent);
        const alternate = this.awaitable(node.alternate);
        return consequent?.form === alternate?.form ? consequent : undefined;
      }
      default:
        return undefined;
    }
  }

  #callValue(callee: Node): Value | undefined {
    const called = this.of(callee) ?? this.#borrowed(callee);
    switch (called?.kind) {
      case "api-function":
        return resultValue(called.result);
      case "function":
        return this.#resultOf(called.node);
      default:
        return undefined;
    }
  }

  /** The function in `f.call(…)` and `f.apply(…)`. */
  #borrowed(callee: Node): Value | undefined {
    const member = unwrap(callee);
    if (member.type !== "MemberExpression") return undefined;
    const key = keyOf(member.property, member.computed);
    if (key !== "call" && key !== "apply") return undefined;
    const value = this.of(member.object);
    return value?.kind === "function" ? value : undefined;
  }

  #resultOf(node: FunctionNode): Value | undefined {
    if (isGenerator(node)) return { kind: "awaitable", form: "lazy", generator: node };
    if (node.async || node.generator) return undefined;
    const annotated = annotatedValue(node.returnType, this);
    if (annotated !== undefined) return annotated;
    return node.body === null || node.body.type === "BlockStatement"
      ? undefined
      : this.of(node.body);
  }
}

/** True for the `require` of CommonJS: the global one, or one made by `createRequire`. */
function isRequire(callee: Node, values: Values): boolean {
  if (callee.type !== "Identifier" || callee.name !== "require") return false;
  const declaration = values.variableOf(callee)?.defs[0]?.node;
  if (declaration === undefined) return true;
  if (declaration.type !== "VariableDeclarator" || declaration.init === null) return false;
  const { init } = declaration;
  return (
    init.type === "CallExpression" &&
    init.callee.type === "Identifier" &&
    init.callee.name === "createRequire"
  );
}

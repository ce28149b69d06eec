import type { Scope, SourceCode, Variable } from "./rule.js";
import type { Identifier, Node } from "./syntax.js";

/**
 * The variable an identifier stands for, shadowing respected; undefined when the file does not declare it.
 *
 * A name that only occurs in a type is no reference for every parser: it is looked up by name from its scope outwards.
 */
export class Scopes {
  readonly #sourceCode: SourceCode;
  #references: Map<Node, Variable> | undefined;

  constructor(sourceCode: SourceCode) {
    this.#sourceCode = sourceCode;
  }

  /** The variable behind the identifier. */
  variableOf(identifier: Identifier): Variable | undefined {
    this.#references ??= this.#resolveAll();
    const variable = this.#references.get(identifier);
    return variable ?? this.visible(identifier.name, identifier);
  }

  /** The variable of this name that can be seen from the node. */
  visible(name: string, from: Node): Variable | undefined {
    let scope: Scope | null = this.#sourceCode.getScope(from);
    for (; scope !== null; scope = scope.upper) {
      const variable = scope.set.get(name);
      if (variable !== undefined) return variable;
    }
    return undefined;
  }

  #resolveAll(): Map<Node, Variable> {
    const resolved = new Map<Node, Variable>();
    for (const scope of this.#sourceCode.scopeManager?.scopes ?? []) {
      for (const { identifier, resolved: variable } of scope.references) {
        if (variable !== null) resolved.set(identifier, variable);
      }
    }
    return resolved;
  }
}

/** True when the variable is given a value anywhere but at its declaration: what it holds is then unknown. */
export function isReassigned(variable: Variable): boolean {
  return variable.references.some((reference) => reference.isWrite() && reference.init !== true);
}

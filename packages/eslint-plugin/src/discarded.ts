import type { CallExpression, Node } from "./syntax.js";
import { isWrapper } from "./tree.js";

/**
 * What becomes of a call's result.
 *
 * - `used`: something receives it: an argument, a variable, a `return`, `yield*`, a condition, an arrow's body
 * - `voided`: `void` throws it away on purpose
 * - `discarded`: it falls off the end of a statement
 */
export type Fate = "used" | "voided" | "discarded";

/** What becomes of the result of the call. */
export function fateOf(call: CallExpression): Fate {
  for (let node: Node = call, outer = node.parent; outer !== null; outer = node.parent) {
    switch (outer.type) {
      case "ExpressionStatement":
        return "discarded";
      case "ForStatement":
        return node === outer.init || node === outer.update ? "discarded" : "used";
      case "UnaryExpression":
        return outer.operator === "void" ? "voided" : "used";
      case "SequenceExpression":
        if (node !== outer.expressions.at(-1)) return "discarded";
        break;
      case "LogicalExpression":
        if (node !== outer.right) return "used";
        break;
      case "ConditionalExpression":
        if (node !== outer.consequent && node !== outer.alternate) return "used";
        break;
      default:
        if (!isWrapper(outer)) return "used";
    }
    node = outer;
  }
  return "used";
}

/**
 * What the source throws away: a call used as a statement, and an `async` function written as an argument of a call that
 * is not tsyncio's. The runtime starts in the background what such a call gives.
 */
import { isFunction, type Node, unwrap } from "../syntax/node.js";
import type { Context } from "./context.js";
import { isCallOfTsyncio } from "./imports.js";

/** Notes the calls whose value `node` throws away, and the functions it hands over. */
export function noteThrownAway(context: Context, node: Node): void {
  switch (node.type) {
    case "ExpressionStatement":
      noteDiscarded(context, node.expression);
      break;
    case "ForStatement":
      if (node.init !== null) noteDiscarded(context, node.init);
      if (node.update !== null) noteDiscarded(context, node.update);
      break;
    case "SequenceExpression":
      for (const expression of node.expressions.slice(0, -1)) noteDiscarded(context, expression);
      break;
    case "UnaryExpression":
      if (node.operator === "void") noteDiscarded(context, node.argument);
      break;
    case "CallExpression":
    case "NewExpression":
      if (!isCallOfTsyncio(node.callee, context.tsyncio)) noteHandedOver(context, node.arguments);
      break;
    default:
  }
}

function noteHandedOver({ handedOver }: Context, values: readonly Node[]): void {
  for (const value of values) {
    const node = unwrap(value);
    if (isFunction(node) && node.async && !node.generator) handedOver.add(node);
  }
}

/** The calls that give the value of an expression. */
function noteDiscarded(context: Context, expression: Node): void {
  const node = unwrap(expression);
  switch (node.type) {
    case "CallExpression":
      if (givesCoroutine(node.callee)) context.discarded.add(node);
      break;
    case "ChainExpression":
      if (node.expression.type === "CallExpression" && givesCoroutine(node.expression.callee)) {
        context.discarded.add(node);
      }
      break;
    case "TaggedTemplateExpression":
      context.discarded.add(node);
      break;
    case "UnaryExpression":
      noteDiscarded(context, node.argument);
      break;
    case "LogicalExpression":
      noteDiscarded(context, node.right);
      break;
    case "ConditionalExpression":
      noteDiscarded(context, node.consequent);
      noteDiscarded(context, node.alternate);
      break;
    case "SequenceExpression":
      noteDiscarded(context, node.expressions.at(-1) as Node);
      break;
    default:
  }
}

/** False for calls that are known to give nothing that can be awaited. */
function givesCoroutine(callee: Node): boolean {
  if (callee.type === "Super") return false;
  if (callee.type === "Identifier" && callee.name === "require") return false;
  if (callee.type === "MemberExpression" && callee.object.type === "Identifier") {
    if (callee.object.name === "console") return false;
  }
  return true;
}

/** Marks a call whose value is thrown away. */
export function lowerDiscarded({ edits, runtime }: Context, node: Node): void {
  edits.open(node.start, `${runtime.helper("discard")}(`);
  edits.close(node.end, ")");
}

import type { SourceCode } from "./rule.js";
import type { Node } from "./syntax.js";
import { unwrap } from "./tree.js";

const LONGEST = 40;

/** An expression as a message names it: `f()`, `queue.put(…)`, `….join()` when what is called is long. */
export function shortText(node: Node, sourceCode: SourceCode): string {
  const inner = unwrap(node);
  const textOf = (part: Node) => sourceCode.getText(part);
  switch (inner.type) {
    case "CallExpression": {
      const parentheses = inner.arguments.length === 0 ? "()" : "(…)";
      return calleeText(unwrap(inner.callee), textOf) + parentheses;
    }
    case "NewExpression":
      return `new ${calleeText(inner.callee, textOf)}(…)`;
    default:
      return isShort(textOf(inner)) ? textOf(inner) : "…";
  }
}

function calleeText(callee: Node, textOf: (part: Node) => string): string {
  const text = textOf(callee);
  if (callee.type === "FunctionExpression") return "(function* …)";
  if (isShort(text)) return text;
  return callee.type === "MemberExpression" ? `….${textOf(callee.property)}` : "(…)";
}

function isShort(text: string): boolean {
  return text.length <= LONGEST && !text.includes("\n");
}

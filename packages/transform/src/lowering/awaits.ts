/**
 * `await` and `yield`. Both become a `yield` in parentheses, which may stand wherever they did; as a whole statement
 * without them, so that a line before that has no semicolon does not become a call.
 */
import { leftmost, type Node } from "../syntax/node.js";
import { findToken } from "../syntax/tokens.js";
import { addSite, type Context } from "./context.js";
import type { Frame } from "./frames.js";

type Awaiting = Extract<Node, { type: "AwaitExpression" }>;
type Yielding = Extract<Node, { type: "YieldExpression" }>;
type Statement = Extract<Node, { type: "ExpressionStatement" }>;

/** Begins an `await`: sites are numbered in source order. */
export function siteOf(context: Context, node: Awaiting | Yielding): number | undefined {
  if (context.frame?.isLowered !== true) return undefined;
  if (node.type === "YieldExpression" && !node.delegate) return undefined;
  return addSite(context, node.start);
}

/** Ends an `await` in a lowered function. */
export function lowerAwait(context: Context, node: Awaiting, site: number): void {
  const { edits, runtime } = context;
  const [left, right] = parenthesesOf(context, node);
  edits.replace(node.start, node.start + "await".length, `yield ${runtime.helper("at")}(${site},`);
  edits.open(node.start, left);
  edits.close(node.end, `)${right}`);
}

/** Ends a `yield` in a lowered async generator. */
export function lowerYield(context: Context, node: Yielding, site: number | undefined): void {
  const { code, edits, frame, runtime } = context;
  const [left, right] = parenthesesOf(context, node);
  if (node.delegate) {
    const star = findToken(code, "*", node.start, node.end);
    edits.replace(node.start, star + 1, `yield* ${runtime.delegation().delegate}(${site},`);
    (frame as Frame).delegates = true;
  } else {
    edits.replace(node.start, node.start + "yield".length, `yield ${runtime.helper("emit")}(`);
  }
  edits.open(node.start, left);
  edits.close(node.end, `)${right}`);
}

function parenthesesOf({ path }: Context, node: Node): [left: string, right: string] {
  const parent = path.at(-1);
  return parent?.type === "ExpressionStatement" && parent.expression === node
    ? ["", ""]
    : ["(", ")"];
}

/** Ends a statement that now begins with a parenthesis: the line before it must not take it for a call. */
export function separateStatement({ edits, frame, path }: Context, node: Statement): void {
  const first = leftmost(node.expression);
  if (first === node.expression && first.type !== "ArrowFunctionExpression") return;
  if (first.start !== node.start || !isInList(path.at(-1))) return;
  const lowered =
    first.type === "ArrowFunctionExpression"
      ? first.async
      : frame?.isLowered === true &&
        (first.type === "AwaitExpression" ||
          (first.type === "YieldExpression" && frame.isGenerator));
  if (lowered) edits.open(node.start, ";");
}

function isInList(parent: Node | undefined): boolean {
  switch (parent?.type) {
    case "Program":
    case "BlockStatement":
    case "StaticBlock":
    case "SwitchCase":
    case "TSModuleBlock":
      return true;
    default:
      return false;
  }
}

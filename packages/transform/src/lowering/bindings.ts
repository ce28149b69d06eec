/**
 * `this`, `arguments`, `super` and `new.target` inside of lowered functions.
 */
import type { Node } from "../syntax/node.js";
import { findToken } from "../syntax/tokens.js";
import type { Context } from "./context.js";
import type { Binding, Frame } from "./frames.js";

/** Visits a node that may be one of them. */
export function lowerBinding(context: Context, node: Node): void {
  const { frame, path } = context;
  if (frame === undefined) return;
  switch (node.type) {
    case "ThisExpression":
      frame.useThis();
      break;
    case "JSXIdentifier":
      if (node.name === "this") frame.useThis();
      break;
    case "Identifier":
      if (node.name === "arguments" && isReference(node, path.at(-1))) {
        const name = aliasOf(context, frame, "arguments");
        if (name !== undefined) replaceIdentifier(context, node, name);
      }
      break;
    case "MetaProperty":
      if (node.meta.name === "new") lowerNewTarget(context, frame, node);
      break;
    case "Super":
      lowerSuper(context, frame, node);
      break;
    default:
  }
}

/** The name by which the body finds `binding`; undefined where it has it by its own. */
function aliasOf({ names }: Context, frame: Frame, binding: Binding): string | undefined {
  const owner = frame.use(binding);
  if (owner === undefined) return undefined;
  let name = owner.aliases.get(binding);
  if (name === undefined) {
    name = names.make(`_${binding.replace("new.", "")}`);
    owner.aliases.set(binding, name);
  }
  return name;
}

/** False for the name of a property. */
function isReference(node: Node, parent: Node | undefined): boolean {
  if (parent?.type === "MemberExpression") return parent.computed || parent.object === node;
  if (parent?.type === "Property")
    return parent.computed || parent.value === node || parent.shorthand;
  return parent?.type !== "MethodDefinition" && parent?.type !== "PropertyDefinition";
}

function replaceIdentifier({ edits, path }: Context, node: Node, name: string): void {
  const parent = path.at(-1);
  const isShorthand = parent?.type === "Property" && parent.shorthand;
  // The key and the value of a shorthand are two nodes at the same place.
  if (isShorthand && parent.key === node) return;
  edits.replace(node.start, node.end, isShorthand ? `arguments: ${name}` : name);
}

function lowerNewTarget(context: Context, frame: Frame, node: Node): void {
  let base: Frame | undefined = frame;
  while (base?.isArrow) base = base.parent;
  // An async function is no constructor.
  if (base?.isLowered) context.edits.replace(node.start, node.end, "undefined");
  else {
    const name = aliasOf(context, frame, "new.target");
    if (name !== undefined) context.edits.replace(node.start, node.end, name);
  }
}

/** `super.x` reads from another object; a method of it is called on `this`. */
function lowerSuper(context: Context, frame: Frame, node: Node): void {
  const { code, edits, path } = context;
  const name = aliasOf(context, frame, "super");
  if (name === undefined) return;
  edits.replace(node.start, node.end, name);
  const member = path.at(-1) as Node;
  const outer = path.at(-2);
  if (outer?.type === "TaggedTemplateExpression" && outer.tag === member) {
    frame.useThis();
    edits.close(member.end, ".bind(this)");
  }
  if (outer?.type !== "CallExpression" || outer.callee !== member) return;
  frame.useThis();
  const dot = outer.optional ? findToken(code, "?.", member.end, outer.end) + 2 : undefined;
  if (dot === undefined) edits.close(member.end, ".call");
  else edits.open(dot, "call");
  const parenthesis = findToken(
    code,
    "(",
    outer.typeArguments?.end ?? dot ?? member.end,
    outer.end,
  );
  edits.close(parenthesis + 1, outer.arguments.length > 0 ? "this, " : "this");
}

/**
 * `await using` in lowered functions: the block keeps its resources in an object that closes them at its end.
 *
 *     { const r = disposables(); try { const x = r.use(…); … } catch (e) { r.fail(e); } finally { yield* r.dispose(0); } }
 *
 * A `using` in the same block joins in, for the order. Blocks with `using` alone are left as they are.
 */
import type { Node } from "../syntax/node.js";
import { addSite, type Context } from "./context.js";

type Declaration = Extract<Node, { type: "VariableDeclaration" }>;
type Block = Extract<Node, { type: "BlockStatement" }>;

/** A block with resources, on the way through it. */
export interface Disposal {
  readonly block: Node;
  /** The variable that holds them. */
  readonly name: string;
  readonly site: number;
}

/** Text around what uses the resources. */
export function disposalTexts(context: Context, { name, site }: Disposal): [string, string] {
  const error = context.names.make("_error");
  return [
    `const ${name} = ${context.runtime.disposables()}(); try { `,
    ` } catch (${error}) { ${name}.fail(${error}); } finally { yield* ${name}.dispose(${site}); }`,
  ];
}

/** Begins a block; undefined when it has no resources that are closed by waiting. */
export function disposalOf(context: Context, node: Block): Disposal | undefined {
  if (context.frame?.isLowered !== true) return undefined;
  const first = node.body.find((one) => isAwaitUsing(one));
  return first === undefined ? undefined : newDisposal(context, node, first.start);
}

/** The resources of a block, closed on behalf of the place at `offset`. */
export function newDisposal(context: Context, block: Node, offset: number): Disposal {
  return { block, name: context.names.make("_resources"), site: addSite(context, offset) };
}

/** True for a declaration with `await using`. */
export function isAwaitUsing(node: Node): node is Declaration {
  return node.type === "VariableDeclaration" && node.kind === "await using";
}

/** Ends a block. */
export function lowerBlock(context: Context, node: Block, disposal: Disposal): void {
  const [before, after] = disposalTexts(context, disposal);
  const { edits } = context;
  edits.open(firstStatement(node.body)?.start ?? node.end - 1, before);
  edits.close(node.end - 1, after);
}

/** The first statement behind the directives. */
export function firstStatement(body: readonly Node[]): Node | undefined {
  return body.find(
    (one) => one.type !== "ExpressionStatement" || typeof one.directive !== "string",
  );
}

/** Ends a declaration of resources. */
export function lowerUsing({ edits }: Context, node: Declaration, { name }: Disposal): void {
  const [first] = node.declarations;
  if (first === undefined) return;
  edits.replace(node.start, first.start, "const ");
  const isSync = node.kind === "using";
  for (const { init } of node.declarations) {
    if (init === null) continue;
    edits.open(init.start, `${name}.use(`);
    edits.close(init.end, isSync ? ", true)" : ")");
  }
}

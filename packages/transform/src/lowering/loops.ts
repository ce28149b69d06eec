/**
 * `for await`, and loops that declare resources with `await using`, in lowered functions.
 *
 *     for await (const x of xs) …
 *
 *     { const i = asyncIterator(xs); let step, open = false, failed = false;
 *       try { for (; open = !(step = (yield at(0, i.next()))).done; open = false) { const x = step.value; … } }
 *       catch (e) { failed = true; throw e; }
 *       finally { … i.return() when left early … } }
 *
 * Labels move to the inner loop, which `continue` needs.
 */

import type { Node } from "../syntax/node.js";
import { skipSpace } from "../syntax/tokens.js";
import { addSite, awaitText, type Context } from "./context.js";
import { type Disposal, disposalTexts, isAwaitUsing, newDisposal } from "./disposal.js";

type ForOf = Extract<Node, { type: "ForOfStatement" }>;
type For = Extract<Node, { type: "ForStatement" }>;

/** A loop on the way through it. */
export interface Loop {
  readonly node: Node;
  /** The number of the await of the next item. */
  readonly site: number;
  /** The resources that its head declares. */
  readonly disposal: Disposal | undefined;
}

/** Begins a loop; undefined when it stays as it is. */
export function loopOf(context: Context, node: ForOf | For): Loop | undefined {
  if (context.frame?.isLowered !== true) return undefined;
  const head = node.type === "ForStatement" ? node.init : node.left;
  const uses = head !== null && isAwaitUsing(head);
  const waits = node.type === "ForOfStatement" && node.await;
  if (!uses && !waits) return undefined;
  const site = waits ? addSite(context, node.right.start) : -1;
  const disposal = uses ? newDisposal(context, node, head.start) : undefined;
  return { node, site, disposal };
}

/** Ends a loop. */
export function lowerLoop(context: Context, node: ForOf | For, loop: Loop): void {
  if (node.type === "ForStatement") lowerFor(context, node, loop);
  else if (node.await) lowerForAwait(context, node, loop);
  else lowerForOf(context, node, loop);
}

/** `for (await using x = …; …; …)`: the resources are closed behind the loop. */
function lowerFor(context: Context, node: For, { disposal }: Loop): void {
  const [before, after] = disposalTexts(context, disposal as Disposal);
  const labels = moveLabels(context, node);
  context.edits.open(node.start, `{ ${before}${labels}`);
  context.edits.close(node.end, `${after} }`);
}

/** `for (await using x of xs)`: each item is closed behind its turn. */
function lowerForOf(context: Context, node: ForOf, { disposal }: Loop): void {
  const { edits } = context;
  const item = context.names.make("_item");
  const [before, after] = disposalTexts(context, disposal as Disposal);
  const target = targetOf(context, node, disposal, item);
  edits.replace(node.left.start, node.left.end, `const ${item}`);
  edits.open(node.body.start, `{ ${before}${target}`);
  edits.close(node.body.end, `${after} }`);
}

function lowerForAwait(context: Context, node: ForOf, { site, disposal }: Loop): void {
  const { edits, names, runtime, code } = context;
  const { left, right, body } = node;
  const iterator = names.make("_iterator");
  const [step, open, failed] = [names.make("_step"), names.make("_open"), names.make("_failed")];
  const error = names.make("_error");
  const [before, after] = disposal === undefined ? ["", ""] : disposalTexts(context, disposal);
  const labels = moveLabels(context, node);
  const next = `(${step} = ${awaitText(context, site, `${iterator}.next()`)}).done`;
  const end = awaitText(context, site, `${iterator}.return()`);

  edits.replace(
    node.start,
    left.start,
    `{ const ${iterator} = ${runtime.helper("asyncIterator")}(`,
  );
  edits.move(right.start, right.end, left.start);
  const head = `); let ${step}, ${open} = false, ${failed} = false; try { ${labels}for (; ${open} = !${next}; ${open} = false) { ${before}`;
  const item = `${step}.value`;
  if (disposal !== undefined) {
    edits.replace(left.start, left.end, targetOf(context, node, disposal, item));
    edits.open(left.start, head);
    edits.replace(left.end, right.start, "");
  } else if (left.type === "VariableDeclaration") {
    edits.open(left.start, head);
    edits.replace(left.end, right.start, ` = ${item}; `);
  } else {
    edits.open(left.start, `${head}(`);
    edits.replace(left.end, right.start, ` = ${item}); `);
  }
  edits.replace(right.end, skipSpace(code, skipSpace(code, right.end) + 1), "");
  // The first of two errors counts, as the language has it; but a cancellation that comes while closing is not lost.
  const ignored = `catch (${error}) { if (${error}?.name === "CancelledError") throw ${error}; }`;
  edits.close(
    body.end,
    `${after} } } catch (${error}) { ${failed} = true; throw ${error}; } finally { ` +
      `if (${open} && ${iterator}.return) { if (!${failed}) ${end}; else try { ${end}; } ${ignored} } } }`,
  );
}

/** The declaration of a resource that a loop's head declares. */
function targetOf(
  { code }: Context,
  { left }: ForOf,
  disposal: Disposal | undefined,
  item: string,
): string {
  if (left.type !== "VariableDeclaration" || disposal === undefined) return "";
  const [declared] = left.declarations;
  const name = code.slice(declared?.id.start, declared?.id.end);
  return `const ${name} = ${disposal.name}.use(${item}); `;
}

/** Takes the labels away from before a loop and returns them. */
function moveLabels({ code, edits, path }: Context, node: Node): string {
  let labels = "";
  let inner = node;
  for (let depth = path.length - 1; depth >= 0; depth--) {
    const label = path[depth] as Node;
    if (label.type !== "LabeledStatement") break;
    labels = `${code.slice(label.label.start, label.label.end)}: ${labels}`;
    edits.replace(label.start, inner.start, "");
    inner = label;
  }
  return labels;
}

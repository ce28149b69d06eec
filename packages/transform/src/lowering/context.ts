import type { LineTable } from "../syntax/line-table.js";
import type { Node } from "../syntax/node.js";
import type { Edits } from "./edits.js";
import type { Frame, Site } from "./frames.js";
import type { Home } from "./homes.js";
import type { Names } from "./names.js";
import type { Runtime } from "./runtime.js";

/** A file on its way through the lowering, and where in it the walk is. */
export interface Context {
  readonly code: string;
  readonly edits: Edits;
  readonly names: Names;
  readonly runtime: Runtime;
  readonly lines: LineTable;
  /** The names that stand for something of tsyncio. */
  readonly tsyncio: ReadonlySet<string>;
  /** The nodes above the one being visited, the program first. */
  readonly path: Node[];
  /** The innermost function. */
  frame: Frame | undefined;
  /** Variables to be declared, by the node whose scope they are for. */
  readonly homes: Map<Home, string[]>;
  /** Calls whose value the source throws away. */
  readonly discarded: Set<Node>;
  /** Functions given to calls that are not tsyncio's. */
  readonly handedOver: Set<Node>;
}

/** Numbers a place where the function that is lowered awaits. */
export function addSite(context: Context, offset: number): number {
  const sites = (context.frame as Frame).sites;
  const site: Site = context.lines.at(offset);
  return sites.push(site) - 1;
}

/** The generated text `(yield at(SITE, VALUE))`. */
export function awaitText({ runtime }: Context, site: number, value: string): string {
  return `(yield ${runtime.helper("at")}(${site}, ${value}))`;
}

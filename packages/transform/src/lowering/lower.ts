/**
 * Lowers a file: one walk over its tree, which changes the text and leaves everything it does not touch where it is,
 * types included.
 */
import type { AccessorProperty, Program, PropertyDefinition } from "oxc-parser";
import type { Format } from "../syntax/language.js";
import { LineTable } from "../syntax/line-table.js";
import { forEachChild, isFunction, type Node } from "../syntax/node.js";
import { lowerAwait, lowerYield, separateStatement, siteOf } from "./awaits.js";
import { lowerBinding } from "./bindings.js";
import { lowerDiscarded, noteThrownAway } from "./calls.js";
import type { Context } from "./context.js";
import {
  type Disposal,
  disposalOf,
  firstStatement,
  isAwaitUsing,
  lowerBlock,
  lowerUsing,
} from "./disposal.js";
import { Edits } from "./edits.js";
import { Frame } from "./frames.js";
import { letText, lowerFunction } from "./functions.js";
import { isLowered, namesOfTsyncio } from "./imports.js";
import { type Loop, loopOf, lowerLoop } from "./loops.js";
import { Names } from "./names.js";
import { Runtime } from "./runtime.js";

/** What is to be lowered. */
export interface Input {
  readonly code: string;
  readonly program: Program;
  readonly format: Format;
  /** The file as stacks and reports show it. */
  readonly file: string;
  /** The file as the source map names it. */
  readonly source: string;
}

/** Keeps a file as it is. */
const OPT_OUT = "no tsyncio";

/** The lowered text with its source map; undefined when the file stays as it is. */
export function lower(input: Input): { code: string; map: string } | undefined {
  const { code, program } = input;
  if (hasDirective(program, OPT_OUT) || isLowered(program)) return undefined;
  const names = new Names(code);
  const context: Context = {
    code,
    names,
    edits: new Edits(code),
    runtime: new Runtime(names),
    lines: new LineTable(code),
    tsyncio: code.includes("tsyncio") ? namesOfTsyncio(program) : new Set(),
    path: [],
    frame: undefined,
    homes: new Map(),
    discarded: new Set(),
    handedOver: new Set(),
  };
  new Lowering(context).visit(program);
  finish(context, input);
  return context.edits.result(input.source);
}

function hasDirective(program: Program, text: string): boolean {
  return program.body.some((one) => one.type === "ExpressionStatement" && one.directive === text);
}

function finish({ edits, homes, runtime }: Context, { code, file, format, program }: Input): void {
  for (const name of homes.get(program) ?? []) runtime.declare(name);
  const first = firstStatement(program.body);
  const directive = program.body.findLast((one) => first === undefined || one.start < first.start);
  const separator =
    directive === undefined || /[;}]$/.test(code.slice(0, directive.end)) ? "" : ";";
  runtime.write(edits, startOf(first) ?? code.length, file, format, separator);
}

/** Where a statement begins, with the decorators before an `export`. */
function startOf(statement: Node | undefined): number | undefined {
  if (
    statement?.type !== "ExportNamedDeclaration" &&
    statement?.type !== "ExportDefaultDeclaration"
  ) {
    return statement?.start;
  }
  const { declaration } = statement;
  if (declaration?.type !== "ClassDeclaration") return statement.start;
  return Math.min(statement.start, declaration.decorators[0]?.start ?? statement.start);
}

class Lowering {
  readonly #context: Context;
  /** The innermost block with resources. */
  #disposal: Disposal | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Lowers a node and all below it. */
  visit(node: Node): void {
    noteThrownAway(this.#context, node);
    if (isFunction(node)) this.#visitFunction(node);
    else this.#visitOther(node);
    this.#declareHome(node);
    if (this.#context.discarded.has(node)) lowerDiscarded(this.#context, node);
  }

  #visitFunction(node: Extract<Node, { async: boolean }>): void {
    const context = this.#context;
    const outer = context.frame;
    const frame = new Frame(node, outer);
    context.frame = frame;
    this.#visitChildren(node);
    context.frame = outer;
    if (frame.isLowered) lowerFunction(context, frame);
  }

  #visitOther(node: Node): void {
    const context = this.#context;
    switch (node.type) {
      case "AwaitExpression":
      case "YieldExpression": {
        const site = siteOf(context, node);
        this.#visitChildren(node);
        if (node.type === "AwaitExpression") {
          if (site !== undefined) lowerAwait(context, node, site);
        } else if (context.frame?.isLowered) lowerYield(context, node, site);
        break;
      }
      case "BlockStatement":
        this.#visitBlock(node);
        break;
      case "ForStatement":
      case "ForOfStatement":
        this.#visitLoop(node);
        break;
      case "StaticBlock":
        this.#visitInitializer(() => this.#visitChildren(node));
        break;
      case "PropertyDefinition":
      case "AccessorProperty":
        this.#visitField(node);
        break;
      case "ExpressionStatement":
        this.#visitChildren(node);
        separateStatement(context, node);
        break;
      case "VariableDeclaration":
        this.#visitChildren(node);
        if (node.kind === "using" || isAwaitUsing(node)) this.#leaveUsing(node);
        break;
      default:
        lowerBinding(context, node);
        this.#visitChildren(node);
    }
  }

  #visitChildren(node: Node): void {
    const { path } = this.#context;
    path.push(node);
    forEachChild(node, (child) => this.visit(child));
    path.pop();
  }

  #visitBlock(node: Extract<Node, { type: "BlockStatement" }>): void {
    const outer = this.#disposal;
    const disposal = disposalOf(this.#context, node);
    this.#disposal = disposal;
    this.#visitChildren(node);
    this.#disposal = outer;
    if (disposal !== undefined) lowerBlock(this.#context, node, disposal);
  }

  #visitLoop(node: Extract<Node, { type: "ForStatement" | "ForOfStatement" }>): void {
    const outer = this.#disposal;
    const loop: Loop | undefined = loopOf(this.#context, node);
    this.#disposal = loop?.disposal;
    this.#visitChildren(node);
    this.#disposal = outer;
    if (loop !== undefined) lowerLoop(this.#context, node, loop);
  }

  /** Its value is run like a function of its own; its key is not. */
  #visitField(node: PropertyDefinition | AccessorProperty): void {
    const { path } = this.#context;
    path.push(node);
    forEachChild(node, (child) => {
      if (child === node.value) this.#visitInitializer(() => this.visit(child));
      else this.visit(child);
    });
    path.pop();
  }

  #visitInitializer(visit: () => void): void {
    const context = this.#context;
    const outer = context.frame;
    context.frame = new Frame(undefined, outer);
    visit();
    context.frame = outer;
  }

  /** A resource belongs to the block it stands in, or to the loop whose head declares it. */
  #leaveUsing(node: Extract<Node, { type: "VariableDeclaration" }>): void {
    const disposal = this.#disposal;
    const parent = this.#context.path.at(-1);
    if (disposal === undefined || disposal.block !== parent) return;
    if (parent.type !== "ForOfStatement") lowerUsing(this.#context, node, disposal);
  }

  /** Declares the variables that live in the scope of `node`. */
  #declareHome(node: Node): void {
    const { edits, homes, path } = this.#context;
    const names = homes.get(node);
    if (names === undefined) return;
    const parent = path.at(-1);
    switch (node.type) {
      case "Program":
        return;
      case "BlockStatement":
      case "StaticBlock":
      case "TSModuleBlock":
        edits.open(startOf(firstStatement(node.body)) as number, letText(names));
        return;
      default:
    }
    if (parent?.type !== "ArrowFunctionExpression") {
      edits.open(node.start, `{ ${letText(names)}`);
      edits.close(node.end, " }");
    } else if (!parent.async) {
      edits.open(node.start, `{ ${letText(names)}return (`);
      edits.close(node.end, "); }");
    }
  }
}

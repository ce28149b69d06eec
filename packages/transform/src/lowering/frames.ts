/**
 * The functions around the node being visited, and what of them the bodies of lowered functions use.
 *
 * A body becomes a generator, which has its own `this`, `arguments`, `super` and `new.target`. The first is handed to it;
 * the others, where they would be lost, are read by the function around the generator and reach it by another name.
 */
import type { FunctionNode } from "../syntax/node.js";

/** What a generator does not share with the function around it. */
export type Binding = "arguments" | "super" | "new.target";

/** The place of an `await`. */
export type Site = readonly [line: number, column: number];

/** A function, or a piece of a class that is run like one: the initial value of a field, a static block. */
export class Frame {
  /** Undefined for a piece of a class. */
  readonly node: FunctionNode | undefined;
  readonly parent: Frame | undefined;
  readonly sites: Site[] = [];
  /** The names under which its body finds what a generator does not share. */
  readonly aliases = new Map<Binding, string>();
  usesThis = false;
  usesArguments = false;
  /** It has a `yield*`. */
  delegates = false;

  constructor(node: FunctionNode | undefined, parent: Frame | undefined) {
    this.node = node;
    this.parent = parent;
  }

  get isArrow(): boolean {
    return this.node?.type === "ArrowFunctionExpression";
  }

  /** Its body becomes a generator. */
  get isLowered(): boolean {
    return this.node?.async === true;
  }

  get isGenerator(): boolean {
    return this.node?.generator === true;
  }

  /** Its body uses `this`, which is that of the nearest function that is no arrow. */
  useThis(): void {
    this.usesThis = true;
    if (this.isArrow) this.parent?.useThis();
  }

  /**
   * The lowered function that must give its body `binding` by another name; undefined when the body has it anyhow.
   */
  use(binding: Binding): Frame | undefined {
    let owner: Frame | undefined;
    for (let frame: Frame | undefined = this; frame !== undefined; frame = frame.parent) {
      // The generator of a function is applied to that function's own arguments.
      const shares = binding === "arguments" && !frame.isArrow;
      if (frame.isLowered && !shares) owner = frame;
      if (frame.isArrow) continue;
      if (binding === "arguments") frame.usesArguments = true;
      break;
    }
    return owner;
  }
}

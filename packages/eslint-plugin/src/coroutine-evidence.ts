import type { Evaluator } from "./evaluator.js";
import type { CallExpression, FunctionNode, Node, YieldExpression } from "./syntax.js";
import { enclosingFunction, isGenerator, keyOf, unwrap } from "./tree.js";
import { annotatedValue } from "./types.js";
import type { Awaitable } from "./value.js";

/**
 * Tells coroutines from ordinary generators, for the `function*` of one file.
 *
 * 1. A coroutine is one that awaits something of tsyncio, is handed to a function of tsyncio, says `Coroutine` in its
 *    return type, or awaits a coroutine.
 * 2. An ordinary generator is one that `for…of` or a spread consumes, and a `[Symbol.iterator]` method: it may yield
 *    anything, tasks included.
 * 3. The body of a `contextManager` is a coroutine whose bare `yield` hands a value out: a task or a name there is the
 *    value, a coroutine made on the spot is a forgotten star.
 *
 * Feed it the whole file first, then ask.
 */
export class CoroutineEvidence {
  readonly #evaluator: Evaluator;
  readonly #coroutines = new Set<FunctionNode>();
  readonly #iterated = new Set<FunctionNode>();
  readonly #managers = new Set<FunctionNode>();
  /** Which `function*` of the file a coroutine is awaited by. */
  readonly #awaitedBy = new Map<FunctionNode, Set<FunctionNode>>();

  constructor(evaluator: Evaluator) {
    this.#evaluator = evaluator;
  }

  /** Notes the coroutines that a call of tsyncio is given. */
  addCall(call: CallExpression): void {
    const callee = this.#evaluator.of(call.callee);
    if (callee?.kind !== "api-function") return;
    for (const argument of call.arguments) {
      const generator = this.#generatorOf(argument);
      if (generator === undefined) continue;
      if (callee.name === "contextManager") this.#managers.add(generator);
      this.#mark(generator);
    }
  }

  /** Notes that the values of something are consumed one by one. */
  addIteration(iterated: Node): void {
    const generator = this.#generatorOf(iterated);
    if (generator !== undefined) this.#iterated.add(generator);
  }

  /** Notes a `yield` or `yield*` of a `function*`. */
  addYield(around: FunctionNode, node: YieldExpression): void {
    const awaited = node.argument && this.#evaluator.awaitable(node.argument);
    if (!awaited) return;
    if (awaited.generator === undefined) {
      if (node.delegate || awaited.form === "lazy") this.#mark(around);
    } else if (this.#isCoroutine(awaited.generator)) {
      this.#mark(around);
    } else {
      const waiting = this.#awaitedBy.get(awaited.generator) ?? new Set();
      this.#awaitedBy.set(awaited.generator, waiting.add(around));
    }
  }

  /** True when the bare `yield` needs a star. */
  isMistake(node: YieldExpression): boolean {
    const around = enclosingFunction(node);
    const awaited = node.argument && this.#evaluator.awaitable(node.argument);
    if (around === undefined || !awaited || this.#isOrdinary(around)) return false;
    if (this.#managers.has(around)) {
      const isMadeHere = node.argument !== null && unwrap(node.argument).type === "CallExpression";
      return isMadeHere && awaited.form === "lazy" && this.#isFromCoroutine(awaited);
    }
    return this.#isFromCoroutine(awaited) || this.#isCoroutine(around);
  }

  /** What comes from no `function*` of the file is an operation of tsyncio. */
  #isFromCoroutine({ generator }: Awaitable): boolean {
    return generator === undefined || this.#isCoroutine(generator);
  }

  #isCoroutine(generator: FunctionNode): boolean {
    return (
      this.#coroutines.has(generator) ||
      annotatedValue(generator.returnType, this.#evaluator)?.kind === "awaitable"
    );
  }

  #isOrdinary(generator: FunctionNode): boolean {
    if (this.#iterated.has(generator)) return true;
    const holder = generator.parent;
    const isMember = holder?.type === "MethodDefinition" || holder?.type === "Property";
    return isMember && keyOf(holder.key, holder.computed) === "[Symbol.iterator]";
  }

  #mark(generator: FunctionNode): void {
    if (this.#coroutines.has(generator)) return;
    this.#coroutines.add(generator);
    for (const waiting of this.#awaitedBy.get(generator) ?? []) this.#mark(waiting);
  }

  /** The `function*` of the file that is meant, by itself or by a call of it. */
  #generatorOf(node: Node): FunctionNode | undefined {
    const value = this.#evaluator.of(node);
    if (value?.kind === "awaitable") return value.generator;
    return value?.kind === "function" && isGenerator(value.node) ? value.node : undefined;
  }
}

/**
 * The synchronous half of the program language: steps, and the building of awaitables. Both forms of
 * the interpreter (generators, and lowered `async` functions) stand on it and add how a body waits.
 */
import * as asyncio from "tsyncio";
import type { Awaitable, Block, Callback, Operation, Program, Step } from "../program/program.js";
import { makeObject } from "./objects.js";
import { caught, errorText, raised, type Trace } from "./trace.js";

/** An empty slot was named. */
export class Missing extends Error {}

/** One execution of a body, or of a callback: the error being handled is its own. */
export class Frame {
  error: unknown = undefined;
}

type StepOf<K extends Step["op"], S = Step> = S extends { readonly op: infer O }
  ? K extends O
    ? S
    : never
  : never;
type StepTable = {
  readonly [K in Exclude<Step["op"], "raise" | "inContext">]: (
    op: StepOf<K>,
    frame: Frame,
  ) => unknown;
};
/** Anything; what is in a slot is known only to the program. */
// biome-ignore lint/suspicious/noExplicitAny: slots hold objects of every class
type Slot = any;

export type OperationOf<K extends Operation["op"]> = Extract<Operation, { op: K }>;
export type WaitOf = Extract<Awaitable, { aw: "wait" }>;

/** A `return` on its way out of nested blocks. */
export class Returned {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** Makes the interpreter of a program, inside its main task. */
export type Begin = <I extends Steps>(
  Interpreter: new (program: Program, loop: asyncio.Loop, trace: Trace) => I,
) => I;

/** The names of a task's awaitables in a trace. */
export function describe(e: Awaitable): string {
  switch (e.aw) {
    case "call":
      return `${e.body}()`;
    case "ref":
      return e.on;
    case "sleep":
      return `sleep(${e.delay})`;
    case "method":
      return `${e.on}.${e.m}`;
    default:
      return e.aw;
  }
}

export abstract class Steps {
  readonly slots = new Map<string, Slot>();
  readonly #counters = new Map<string, number>();
  readonly #bodies: Readonly<Record<string, Block>>;
  readonly loop: asyncio.Loop;
  readonly trace: Trace;

  constructor(program: Program, loop: asyncio.Loop, trace: Trace) {
    this.#bodies = program.bodies;
    this.loop = loop;
    this.trace = trace;
  }

  /** A coroutine that runs a body. */
  abstract runBody(name: string): asyncio.AnyAwaitable<unknown>;

  /** A coroutine that gives the labels of the done and the pending ones. */
  abstract wait(of: readonly Slot[], e: WaitOf): asyncio.AnyAwaitable<unknown>;

  body(name: string): Block {
    return this.#bodies[name] ?? [];
  }

  slot(name: string): Slot {
    const thing: unknown = this.slots.get(name);
    if (thing === undefined) throw new Missing(name);
    return thing;
  }

  build(e: Awaitable): Slot {
    switch (e.aw) {
      case "call":
        return this.runBody(e.body);
      case "ref":
        return this.slot(e.on);
      case "sleep":
        return asyncio.sleep(e.delay, e.value);
      case "method":
        return this.#waitingMethod(e);
      case "gather":
        return asyncio.gather(
          e.of.map((x) => this.build(x)),
          { returnExceptions: e.collect ?? false },
        );
      case "shield":
        return asyncio.shield(this.build(e.of));
      case "waitFor":
        return asyncio.waitFor(this.build(e.of), e.timeout);
      case "wait":
        return this.wait(
          e.of.map((x) => this.build(x)),
          e,
        );
    }
  }

  #waitingMethod(e: Extract<Awaitable, { aw: "method" }>): Slot {
    const thing = this.slot(e.on);
    if (e.until !== undefined) {
      const [name, least] = e.until;
      return thing.waitFor(() => (this.#counters.get(name) ?? 0) >= least);
    }
    return e.arg === undefined ? thing[e.m]() : thing[e.m](e.arg);
  }

  waitOptions(e: WaitOf): asyncio.WaitOptions {
    const returnWhen =
      e.when === "first"
        ? asyncio.FIRST_COMPLETED
        : e.when === "error"
          ? asyncio.FIRST_EXCEPTION
          : asyncio.ALL_COMPLETED;
    return e.timeout === undefined ? { returnWhen } : { returnWhen, timeout: e.timeout };
  }

  timeoutOf({ absolute, delay }: OperationOf<"timeout">): asyncio.Timeout {
    if (absolute !== true || delay === null) return asyncio.timeout(delay);
    return asyncio.timeoutAt(this.trace.at(delay));
  }

  members(futures: Iterable<unknown>): string[] {
    return [...futures].map((future) => this.trace.value(future)).toSorted();
  }

  #callback(op: Callback): (...args: unknown[]) => void {
    if (op.fn !== undefined) return this.slot(op.fn);
    return (...args) => {
      this.trace.add(["callback", ...args.map((arg) => this.trace.value(arg))].join(" "));
      this.runSteps(op.steps ?? [], new Frame());
    };
  }

  #options(op: Callback): { context?: asyncio.Context } {
    return op.context === undefined ? {} : { context: this.slot(op.context) };
  }

  #keep(to: string | undefined, thing: unknown): void {
    if (to !== undefined) this.slots.set(to, thing);
  }

  runSteps(steps: readonly Step[], frame: Frame): void {
    for (const op of steps) this.step(op, frame);
  }

  step(op: Step, frame: Frame): void {
    if (op.op === "raise") {
      const error = raised(op.kind, op.msg);
      this.trace.add(`raise ${errorText(error)}`);
      throw error;
    }
    if (op.op === "inContext") {
      const context: asyncio.Context | undefined = this.slots.get(op.on);
      if (context === undefined) this.trace.add("inContext missing");
      else context.run(() => this.runSteps(op.steps, frame));
      return;
    }
    const target = ("on" in op ? op.on : undefined) ?? ("to" in op ? op.to : undefined) ?? "";
    const text = "m" in op ? `${op.op} ${target}.${op.m}` : `${op.op} ${target}`;
    let line: string;
    try {
      const run = this.#table[op.op] as (op: Step, frame: Frame) => unknown;
      line = `${text} = ${this.trace.value(run(op, frame))}`;
    } catch (error) {
      line = error instanceof Missing ? `${text} missing` : `${text} ! ${errorText(error)}`;
    }
    this.trace.add(line);
  }

  #spawn(op: StepOf<"spawn">): string {
    const group = op.group === undefined ? undefined : this.slot(op.group);
    const options = {
      ...(op.name === undefined ? {} : { name: op.name }),
      ...(op.eager === undefined ? {} : { eagerStart: op.eager }),
      ...this.#options({ ...(op.context === undefined ? {} : { context: op.context }) }),
    };
    const coroutine = this.build(op.e);
    const task =
      group === undefined
        ? asyncio.createTask(coroutine, options)
        : group.createTask(coroutine, options);
    this.slots.set(op.to, task);
    return this.trace.label(task, op.to);
  }

  #let(op: StepOf<"let">): unknown {
    const thing = this.build(op.e);
    this.slots.set(op.to, thing);
    return asyncio.isFuture(thing) ? this.trace.label(thing, op.to) : undefined;
  }

  #task(op: { readonly on?: string }): asyncio.Task<unknown> | undefined {
    return op.on === undefined ? (asyncio.currentTask() ?? undefined) : this.slot(op.on);
  }

  #count(op: StepOf<"count">): number {
    const value = (this.#counters.get(op.on) ?? 0) + op.by;
    this.#counters.set(op.on, value);
    return value;
  }

  #do(op: StepOf<"do">): unknown {
    const thing = this.slot(op.on);
    const member: unknown = thing[op.m];
    if (typeof member !== "function") return member;
    return op.arg === undefined ? thing[op.m]() : thing[op.m](op.arg);
  }

  readonly #table: StepTable = {
    make: (op) => {
      const thing = makeObject(op.to, op.spec, this.loop, (name) => this.slot(name));
      if (op.spec.is === "future") this.trace.label(thing, op.to);
      this.slots.set(op.to, thing);
    },
    let: (op) => this.#let(op),
    spawn: (op) => this.#spawn(op),
    cancel: (op) => {
      const thing = this.slot(op.on);
      return op.msg === undefined ? thing.cancel() : thing.cancel(op.msg);
    },
    uncancel: (op) => this.#task(op)?.uncancel(),
    cancelling: (op) => this.#task(op)?.cancelling(),
    name: (op) => {
      const task = this.#task(op);
      return task && this.trace.taskName(task);
    },
    rename: (op) => {
      this.slot(op.on).name = op.v;
    },
    done: (op) => this.slot(op.on).done(),
    cancelled: (op) => this.slot(op.on).cancelled(),
    result: (op) => this.slot(op.on).result(),
    exception: (op) => this.slot(op.on).exception(),
    setResult: (op) => this.slot(op.on).setResult(op.v),
    setException: (op) => this.slot(op.on).setException(raised(op.kind, op.msg)),
    addCallback: (op) => {
      const future = this.slot(op.on);
      const fn = this.#callback(op);
      future.addDoneCallback(fn, this.#options(op));
      this.#keep(op.to, fn);
    },
    removeCallback: (op) => this.slot(op.on).removeDoneCallback(this.slot(op.fn)),
    callSoon: (op) => {
      const fn = this.#callback(op);
      this.#keep(op.to, this.loop.callSoon(fn, this.#options(op)));
    },
    callLater: (op) => {
      const fn = this.#callback(op);
      this.#keep(op.to, this.loop.callLater(op.delay, fn, this.#options(op)));
    },
    callAt: (op) => {
      const fn = this.#callback(op);
      this.#keep(op.to, this.loop.callAt(this.trace.at(op.at), fn, this.#options(op)));
    },
    cancelHandle: (op) => this.slot(op.on).cancel(),
    handleCancelled: (op) => this.slot(op.on).cancelled(),
    when: (op) => this.trace.since(this.slot(op.on).when()),
    expired: (op) => this.slot(op.on).expired(),
    reschedule: (op) => {
      const when = op.delay === null ? null : this.loop.time() + op.delay;
      this.slot(op.on).reschedule(when);
    },
    do: (op) => this.#do(op),
    get: (op) => {
      const variable = this.slot(op.on);
      return op.default === undefined ? variable.get() : variable.get(op.default);
    },
    set: (op) => this.#keep(op.to, this.slot(op.on).set(op.v)),
    reset: (op) => {
      const variable = this.slot(op.on);
      variable.reset(this.slot(op.token));
    },
    copyContext: (op) => {
      this.slots.set(op.to, asyncio.copyContext());
    },
    count: (op) => this.#count(op),
    currentTask: () => asyncio.currentTask(),
    allTasks: () => [...asyncio.allTasks(this.loop)].length,
    split: (op, frame) => {
      const { error } = frame;
      if (!(error instanceof asyncio.ExceptionGroup)) return undefined;
      return [...error.split((e: unknown) => caught(op.kind, e))];
    },
    sameError: (op) => {
      const first = this.slot(op.on).exception();
      return first === this.slot(op.on).exception();
    },
    report: (op) => this.loop.callExceptionHandler({ message: op.msg }),
  };
}

/** Random synchronous steps, for bodies and for callbacks. */
import type { Callback, RaisedKind, Step, Value } from "../program/program.js";
import type { Awaitables } from "./awaitables.js";
import type { Random } from "./random.js";
import type { ObjectKind, Scene } from "./scene.js";

type StepMaker = (level: number, depth: number) => Step | undefined;

export class Steps {
  readonly #random: Random;
  readonly #scene: Scene;
  readonly #awaitables: Awaitables;
  readonly #makers: readonly (readonly [number, StepMaker])[];

  constructor(random: Random, scene: Scene, awaitables: Awaitables) {
    this.#random = random;
    this.#scene = scene;
    this.#awaitables = awaitables;
    this.#makers = [
      [8, () => this.cancel()],
      [3, (level) => this.spawn(level)],
      [scene.focused ? 24 : 7, () => this.onObject()],
      [3, () => this.#settle()],
      [2, () => this.#query()],
      [2, (level, depth) => this.#schedule(level, depth)],
      [2, (level, depth) => this.#doneCallback(level, depth)],
      [1, (level) => this.#outer(level)],
      [1, () => this.#count()],
      [1, () => this.#handle()],
      [1, () => this.#timeout()],
      [2, (level, depth) => this.#context(level, depth)],
      [0.3, () => ({ op: "report", msg: `r${this.#scene.mark()}` })],
    ];
  }

  any(level: number, depth = 0): Step {
    for (let attempts = 0; attempts < 4; attempts++) {
      const step = this.#random.weighted(this.#makers)(level, depth);
      if (step !== undefined) return step;
    }
    return this.#count();
  }

  /** The steps of a callback. */
  several(level: number, depth: number): Step[] {
    const steps = Array.from({ length: this.#random.between(1, 2) }, () =>
      this.any(level, depth + 1),
    );
    if (this.#random.chance(0.07)) steps.push(this.raise());
    return steps;
  }

  spawn(level: number, group?: string): Step | undefined {
    const random = this.#random;
    const slots = this.#scene.tasks.filter((slot) => slot.level > level);
    if (slots.length === 0) return undefined;
    const slot = random.pick(slots);
    const eager = random.chance(0.12);
    const contexts = eager ? [] : this.#scene.contexts;
    const open = this.#scene.groups;
    const into = group ?? (open.length > 0 && random.chance(0.15) ? random.pick(open) : undefined);
    return {
      op: "spawn",
      to: slot.name,
      e: this.#awaitables.coroutine(slot.level - 1),
      ...(into === undefined ? {} : { group: into }),
      ...(eager ? { eager: true } : {}),
      ...(random.chance(0.06) ? { name: `n${this.#scene.mark()}` } : {}),
      ...(contexts.length > 0 && random.chance(0.15) ? { context: random.pick(contexts) } : {}),
    };
  }

  cancel(): Step {
    const on = this.#random.pick(this.#scene.cancellable());
    return this.#random.chance(0.3)
      ? { op: "cancel", on, msg: `m${this.#scene.mark()}` }
      : { op: "cancel", on };
  }

  raise(): Extract<Step, { op: "raise" }> {
    return { op: "raise", kind: this.#error(), msg: `${this.#scene.mark()}` };
  }

  /** A step that wakes who waits for a shared object. */
  wake(): Step | undefined {
    const random = this.#random;
    const kind = random.pick(this.#scene.kinds());
    const on = random.pick(this.#scene.objects(kind));
    switch (kind) {
      case "lock":
      case "semaphore":
        return { op: "do", on, m: "release" };
      case "event":
        return { op: "do", on, m: "set" };
      case "queue":
        return random.chance(this.#scene.tasksGet)
          ? { op: "do", on, m: "putNowait", arg: this.#scene.mark() }
          : { op: "do", on, m: "getNowait" };
      case "condition":
        return { op: "do", on, m: random.pick(["notify", "notifyAll"] as const) };
      case "future":
        return this.#settle();
      default:
        return undefined;
    }
  }

  /** A step on a shared object. */
  onObject(): Step | undefined {
    const kinds = this.#scene.kinds();
    const kind = this.#random.pick(kinds);
    return this.#onKind(kind, this.#random.pick(this.#scene.objects(kind)));
  }

  #onKind(kind: ObjectKind, on: string): Step | undefined {
    const random = this.#random;
    switch (kind) {
      case "lock":
        return { op: "do", on, m: random.pick(["release", "release", "locked"] as const) };
      case "semaphore":
        return {
          op: "do",
          on,
          m: random.pick(["release", "release", "release", "locked"] as const),
        };
      case "event":
        return { op: "do", on, m: random.pick(["set", "set", "set", "clear", "isSet"] as const) };
      case "condition":
        // Without the lock it is only refused; the idiom does it under the lock.
        if (random.chance(0.6)) return undefined;
        return random.chance(0.3)
          ? { op: "do", on, m: "notify", arg: random.between(0, 2) }
          : { op: "do", on, m: random.pick(["notify", "notifyAll", "release", "locked"] as const) };
      case "barrier":
        return { op: "do", on, m: random.pick(["nWaiting", "broken", "parties"] as const) };
      case "queue":
        return this.#onQueue(on);
      case "variable":
        return this.#variable(on);
      case "future":
        return this.#settle();
    }
  }

  #onQueue(on: string): Step {
    const m = this.#random.weighted([
      [5, "putNowait"],
      [3, "getNowait"],
      [3, "taskDone"],
      [1, "qsize"],
      [0.5, "full"],
      [0.5, "empty"],
      [1, "shutdown"],
    ] as const);
    if (m === "putNowait") return { op: "do", on, m, arg: this.#scene.mark() };
    if (m === "shutdown" && this.#random.chance(0.4)) return { op: "do", on, m, arg: true };
    return { op: "do", on, m };
  }

  #variable(on: string): Step {
    const random = this.#random;
    if (random.chance(0.5)) return { op: "get", on };
    const { tokens } = this.#scene;
    if (tokens.length > 0 && random.chance(0.3))
      return { op: "reset", on, token: random.pick(tokens) };
    const v: Value = this.#scene.mark();
    if (random.chance(0.6)) return { op: "set", on, v };
    const to = this.#scene.fresh("tok");
    tokens.push(to);
    return { op: "set", on, v, to };
  }

  #settle(): Step | undefined {
    const futures = this.#scene.objects("future");
    if (futures.length === 0) return undefined;
    const on = this.#random.pick(futures);
    return this.#random.chance(0.7)
      ? { op: "setResult", on, v: this.#scene.mark() }
      : { op: "setException", on, kind: this.#error(), msg: `${this.#scene.mark()}` };
  }

  #query(): Step {
    const random = this.#random;
    const own = random.weighted([
      [3, "uncancel"],
      [3, "cancelling"],
      [1, "currentTask"],
      [1, "allTasks"],
      [1, "name"],
      [8, undefined],
    ] as const);
    if (own !== undefined) return { op: own };
    const on = random.pick(this.#scene.cancellable());
    return random.weighted<Step>([
      [8, { op: random.pick(["done", "cancelled", "result", "exception"] as const), on }],
      [1, { op: "sameError", on }],
      [1, { op: random.pick(["cancelling", "uncancel"] as const), on: this.#task() }],
      [1, { op: "name", on: this.#task() }],
      [0.5, { op: "rename", on: this.#task(), v: this.#scene.mark() }],
    ]);
  }

  #task(): string {
    return this.#random.pick(this.#scene.tasks).name;
  }

  #schedule(level: number, depth: number): Step | undefined {
    if (depth > 1) return undefined;
    const callback = this.#callback(level, depth, this.#scene.handles, "h");
    const delay = this.#scene.delay();
    return this.#random.weighted<Step>([
      [2, { op: "callSoon", ...callback }],
      [4, { op: "callLater", delay, ...callback }],
      [1, { op: "callAt", at: this.#random.between(0, 4), ...callback }],
    ]);
  }

  #doneCallback(level: number, depth: number): Step | undefined {
    if (depth > 1) return undefined;
    const { functions } = this.#scene;
    const on = this.#random.pick(this.#scene.cancellable());
    if (functions.length > 0 && this.#random.chance(0.4)) {
      return { op: "removeCallback", on, fn: this.#random.pick(functions) };
    }
    return { op: "addCallback", on, ...this.#callback(level, depth, functions, "k") };
  }

  #callback(level: number, depth: number, kept: string[], prefix: string): Callback {
    const random = this.#random;
    const { functions, contexts } = this.#scene;
    const what =
      functions.length > 0 && random.chance(0.15)
        ? { fn: random.pick(functions) }
        : { steps: this.several(level, depth) };
    const context =
      contexts.length > 0 && random.chance(0.15) ? { context: random.pick(contexts) } : {};
    if (random.chance(0.5)) return { ...what, ...context };
    const to = this.#scene.fresh(prefix);
    kept.push(to);
    return { to, ...what, ...context };
  }

  #outer(level: number): Step {
    const to = this.#scene.fresh("g");
    const e = this.#awaitables.outer(level);
    this.#scene.outers.push({ name: to, level: level + 1 });
    return { op: "let", to, e };
  }

  #count(): Step {
    return { op: "count", on: "n", by: this.#random.pick([1, 1, 1, -1]) };
  }

  #handle(): Step | undefined {
    const { handles } = this.#scene;
    if (handles.length === 0) return undefined;
    const on = this.#random.pick(handles);
    return {
      op: this.#random.pick(["cancelHandle", "cancelHandle", "handleCancelled"] as const),
      on,
    };
  }

  #timeout(): Step | undefined {
    const { timeouts } = this.#scene;
    if (timeouts.length === 0) return undefined;
    const on = this.#random.pick(timeouts);
    if (this.#random.chance(0.7)) return { op: "reschedule", on, delay: this.#scene.timeout() };
    return { op: this.#random.pick(["expired", "when"] as const), on };
  }

  #context(level: number, depth: number): Step | undefined {
    const random = this.#random;
    const { contexts } = this.#scene;
    if (this.#scene.objects("variable").length === 0 || depth > 1) return undefined;
    if (contexts.length > 0 && random.chance(0.5)) {
      const steps = [this.onObject() ?? this.#count(), this.any(level, depth + 1)];
      return { op: "inContext", on: random.pick(contexts), steps };
    }
    const to = this.#scene.fresh("ctx");
    contexts.push(to);
    return { op: "copyContext", to };
  }

  #error(): RaisedKind {
    return this.#random.weighted([
      [5, "A"],
      [3, "B"],
      [0.5, "Cancelled"],
      [0.5, "Timeout"],
    ] as const);
  }
}

/**
 * Random programs. A seed and a size decide everything, so that a difference can be found again.
 */
import type { Block, CaughtKind, Operation, Program, Step } from "../program/program.js";
import { Awaitables } from "./awaitables.js";
import { Random } from "./random.js";
import { Scene } from "./scene.js";
import { Steps } from "./steps.js";

/** Where in a program a block stands. */
interface Place {
  /** The number of its body. */
  readonly level: number;
  readonly depth: number;
  /** Inside an `except` clause: `reraise` has something to raise. */
  readonly handling?: boolean;
}

type Op = Step | Operation;

/** The program of a seed; about `size` operations long. */
export function generate(seed: number, size: number): Program {
  return new Generator(seed, size).program();
}

class Generator {
  readonly #random: Random;
  readonly #scene: Scene;
  readonly #awaitables: Awaitables;
  readonly #steps: Steps;
  readonly #size: number;

  constructor(seed: number, size: number) {
    this.#random = new Random(seed);
    this.#size = size;
    this.#scene = new Scene(this.#random, size);
    this.#awaitables = new Awaitables(this.#random, this.#scene);
    this.#steps = new Steps(this.#random, this.#scene, this.#awaitables);
  }

  program(): Program {
    const { bodies } = this.#scene;
    const setting = this.#scene.setting();
    const share = Math.max(2, Math.round(this.#size / (bodies.length + 1)));
    const start = this.#scene.tasks
      .map(() => this.#steps.spawn(0))
      .filter((op) => op !== undefined);
    const rest = this.#block({ level: 0, depth: 0 }, Math.max(2, share * 2 - start.length));
    const written: Record<string, Block> = {
      main: [...setting, ...this.#contention(), ...start, ...rest],
    };
    for (const [level, body] of bodies.entries()) {
      if (level > 0) written[body] = this.#block({ level, depth: 0 }, share);
    }
    return { bodies: written };
  }

  /** A focused program begins with the object taken, so that the tasks come to wait for it. */
  #contention(): Op[] {
    if (!this.#scene.focused || this.#random.chance(0.4)) return [];
    const [lock] = this.#scene.objects("lock");
    if (lock !== undefined) return [{ op: "await", e: { aw: "method", on: lock, m: "acquire" } }];
    const [queue] = this.#scene.objects("queue");
    if (queue === undefined || this.#scene.tasksGet > 0.5) return [];
    const put: Step = { op: "do", on: queue, m: "putNowait", arg: this.#scene.mark() };
    return [{ op: "repeat", times: 2, body: [put] }];
  }

  #block(place: Place, length: number): Block {
    const ops: Op[] = [];
    while (ops.length < length) ops.push(...this.#some(place, length - ops.length));
    return ops;
  }

  #small(place: Place): Block {
    const deeper = { ...place, depth: place.depth + 1 };
    return this.#block(deeper, this.#random.between(1, place.depth > 1 ? 1 : 3));
  }

  /** One operation, or a few that belong together. */
  #some(place: Place, room: number): Op[] {
    const deep = place.depth < 3 && room > 1 ? 1 : place.depth < 3 ? 0.3 : 0;
    const nest = this.#scene.focused ? deep / 4 : deep;
    const form = this.#random.weighted([
      [10, "await"],
      [9, "step"],
      [deep * (this.#scene.focused ? 2 : 5), "try"],
      [nest * 2, "timeout"],
      [nest * 2, "group"],
      [deep * (this.#scene.focused ? 5 : 3), "idiom"],
      [nest, "asCompleted"],
      [nest, "repeat"],
      [nest * 0.5, "ifDone"],
      [nest * 0.3, "enter again"],
      [0.8, "raise"],
      [place.handling === true ? 4 : 0, "reraise"],
      [place.depth > 0 ? 0.8 : 0.2, "return"],
      [0.5, "group object"],
      [this.#scene.focused ? 6 : 1, "race"],
    ] as const);
    switch (form) {
      case "await":
        return [this.#await(place)];
      case "step":
        return [this.#steps.any(place.level)];
      case "idiom":
        return this.#idiom(place);
      case "group object":
        return this.#spawnIntoGroup(place);
      case "race":
        return this.#race();
      default:
        return [this.#operation(form, place)];
    }
  }

  #operation(form: string, place: Place): Op {
    const random = this.#random;
    switch (form) {
      case "try":
        return this.#try(place);
      case "timeout": {
        const to = this.#scene.fresh("x");
        this.#scene.timeouts.push(to);
        const delay = this.#scene.timeout();
        const absolute = random.chance(0.1) ? { absolute: true } : {};
        return { op: "timeout", to, delay, ...absolute, body: this.#small(place) };
      }
      case "group":
        return this.#group(place);
      case "asCompleted":
        return this.#asCompleted(place);
      case "repeat":
        return { op: "repeat", times: random.between(2, 3), body: this.#small(place) };
      case "ifDone": {
        const on = random.pick(this.#scene.cancellable());
        return { op: "ifDone", on, body: this.#small(place), else: this.#small(place) };
      }
      case "enter again": {
        const entered = [...this.#scene.timeouts, ...this.#scene.groups];
        if (entered.length === 0) return this.#pause();
        return { op: "with", on: random.pick(entered), body: this.#small(place) };
      }
      case "reraise":
        return { op: "reraise" };
      case "return":
        return { op: "return", v: this.#scene.mark() };
      default:
        return this.#steps.raise();
    }
  }

  /** An await; often one that a block survives, so that what follows is reached. */
  #await(place: Place): Operation {
    const op: Operation = { op: "await", e: this.#awaitables.any(place.level) };
    const survives = this.#random.chance(place.level === 0 || this.#scene.focused ? 0.6 : 0.25);
    if (!survives || op.e.aw === "sleep") return op;
    const timed: Operation = this.#random.chance(0.4)
      ? { op: "await", e: { aw: "waitFor", of: op.e, timeout: this.#random.pick([1, 2, 3]) } }
      : op;
    return { op: "try", body: [timed], except: "Any", handler: [] };
  }

  #try(place: Place): Operation {
    const random = this.#random;
    const body = this.#small(place);
    const shape = random.weighted([
      [6, "except"],
      [2, "finally"],
      [2, "both"],
    ] as const);
    const last = shape === "except" ? {} : { finally: this.#small(place) };
    if (shape === "finally") return { op: "try", body, ...last };
    const except = random.weighted<CaughtKind>([
      [5, "Cancelled"],
      [3, "Any"],
      [3, "Error"],
      [1.5, "Timeout"],
      [1.5, "Group"],
      [1, "A"],
    ]);
    const handler = this.#small({ ...place, handling: true });
    const split: Block =
      except === "Group" || random.chance(0.05)
        ? [{ op: "split", kind: random.pick(["A", "B", "Any"] as const) }]
        : [];
    return { op: "try", body, except, handler: [...split, ...handler], ...last };
  }

  #group(place: Place): Operation {
    const to = this.#scene.fresh("tg");
    const children = Array.from({ length: this.#random.between(1, 3) }, () =>
      this.#steps.spawn(place.level, to),
    ).filter((op) => op !== undefined);
    this.#scene.groups.push(to);
    const rest = this.#random.chance(0.7) ? this.#small(place) : [];
    return { op: "group", to, body: [...children, ...rest] };
  }

  #spawnIntoGroup(place: Place): Op[] {
    const { groups } = this.#scene;
    if (groups.length === 0) return [];
    const op = this.#steps.spawn(place.level, this.#random.pick(groups));
    return op === undefined ? [] : [op];
  }

  /** Wakes somebody and cancels somebody in the same turn: what a primitive must not lose. */
  #race(): Op[] {
    const wake = this.#steps.wake();
    if (wake === undefined) return [this.#pause()];
    const random = this.#random;
    const steps: Step[] = [wake, this.#steps.cancel()];
    if (random.chance(0.3)) steps.reverse();
    if (random.chance(0.3)) steps.push(this.#steps.wake() ?? wake);
    if (wake.op === "do" && (wake.m === "notify" || wake.m === "notifyAll")) {
      return [this.#pause(), { op: "with", on: wake.on, body: steps }, this.#pause()];
    }
    if (random.chance(0.25)) return [{ op: "callLater", delay: this.#scene.delay(), steps }];
    return [this.#pause(), ...steps, this.#pause()];
  }

  #asCompleted(place: Place): Operation {
    const random = this.#random;
    const timeout = random.chance(0.4) ? this.#scene.timeout() : null;
    return {
      op: "asCompleted",
      of: this.#awaitables.several(place.level, 1),
      ...(timeout === null ? {} : { timeout }),
      ...(random.chance(0.5) ? { to: this.#scene.fresh("d") } : {}),
      ...(random.chance(0.5) ? { keep: true } : {}),
      ...(random.chance(0.2) ? { limit: 1 } : {}),
      body: random.chance(0.4) ? this.#small(place) : [],
    };
  }

  /** What programs do with the shared objects. */
  #idiom(place: Place): Op[] {
    const random = this.#random;
    const kind = random.pick(this.#scene.kinds());
    const on = random.pick(this.#scene.objects(kind));
    switch (kind) {
      case "lock":
      case "semaphore":
      case "barrier":
        return [{ op: "with", on, body: this.#small(place) }];
      case "condition": {
        const critical: Op = { op: "with", on, body: this.#critical(on, place) };
        return place.level > 0 ? [critical] : [this.#pause(), critical];
      }
      case "queue":
        return this.#queueIdiom(on);
      case "event":
        return [
          { op: "await", e: { aw: "method", on, m: "wait" } },
          { op: "do", on, m: "clear" },
        ];
      default:
        return this.#ticks();
    }
  }

  /** What is done under a condition's lock: main rather notifies, the others rather wait. */
  #critical(on: string, place: Place): Block {
    const random = this.#random;
    return random.weighted<() => Block>([
      [place.level === 0 ? 1 : 6, () => [{ op: "await", e: { aw: "method", on, m: "wait" } }]],
      [
        2,
        () => [
          {
            op: "await",
            e: { aw: "method", on, m: "waitFor", until: ["n", random.between(1, 2)] },
          },
        ],
      ],
      [
        4,
        () => [
          { op: "count", on: "n", by: 1 },
          { op: "do", on, m: random.pick(["notify", "notifyAll"] as const) },
        ],
      ],
      [1, () => [{ op: "await", e: this.#awaitables.sleep() }]],
    ])();
  }

  #queueIdiom(on: string): Op[] {
    const times = this.#random.between(1, 3);
    if (!this.#random.chance(this.#scene.tasksGet)) {
      const e = { aw: "method", on, m: "put", arg: this.#scene.mark() } as const;
      return [{ op: "repeat", times, body: [{ op: "await", e }] }];
    }
    const body: Block = [
      { op: "await", e: { aw: "method", on, m: "get" } },
      { op: "do", on, m: "taskDone" },
    ];
    return [{ op: "repeat", times, body }];
  }

  #pause(): Operation {
    return { op: "await", e: { aw: "sleep", delay: this.#random.pick([0, 0, 0, 1]) } };
  }

  /** Turn after turn: shows in which turn the other tasks go on. */
  #ticks(): Op[] {
    const body: Block = [{ op: "await", e: { aw: "sleep", delay: 0 } }];
    return [{ op: "repeat", times: this.#random.between(2, 6), body }];
  }
}

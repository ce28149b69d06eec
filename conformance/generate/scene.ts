/**
 * What a random program is about: its bodies, tasks and shared objects, few of each so that they
 * meet. The rules that keep a program within what can be compared live here:
 *
 * - body number i calls, spawns and awaits only what runs bodies with numbers above i: no recursion,
 *   and no task that waits for itself, directly or in a circle (there CPython's C tasks and its
 *   Python sources differ, and cancelling would recurse for ever);
 * - no task is started eagerly in a given context: when that is entered already, CPython refuses and
 *   loses track of its current task;
 * - delays are multiples of 1/8: deadlines are exact in both languages;
 * - the items of a priority queue are numbers (equal items cannot be told apart);
 * - no NaN, no debug mode.
 */
import type { Block, Step } from "../program/program.js";
import type { Random } from "./random.js";

export type ObjectKind =
  | "lock"
  | "event"
  | "condition"
  | "semaphore"
  | "barrier"
  | "queue"
  | "future"
  | "variable";

/** A task's slot and the lowest number of the bodies it runs. */
export interface TaskSlot {
  readonly name: string;
  readonly level: number;
}

const DELAYS = [0, 0, 0, 0, 0.5, 0.5, 1, 1, 1, 1, 2, 2, 3, -1] as const;
const TIMEOUTS = [0, 0.5, 1, 1, 1, 2, 2, 3, null, -1] as const;
const OBJECT_KINDS: readonly ObjectKind[] = [
  "lock",
  "event",
  "condition",
  "semaphore",
  "barrier",
  "queue",
  "future",
  "variable",
];

export class Scene {
  /** About one kind of object, contended by short tasks, and little else. */
  readonly focused: boolean;
  /** What the tasks do with a queue; in focused programs mostly one of the two, main the other. */
  readonly tasksGet: number;
  readonly bodies: readonly string[];
  readonly tasks: readonly TaskSlot[];
  /** Futures made by gather and shield, filled while the program is written. */
  readonly outers: TaskSlot[] = [];
  readonly handles: string[] = [];
  readonly functions: string[] = [];
  readonly timeouts: string[] = [];
  readonly groups: string[] = [];
  readonly contexts: string[] = [];
  readonly tokens: string[] = [];
  readonly #objects = new Map<ObjectKind, string[]>();
  readonly #random: Random;
  #names = 0;

  constructor(random: Random, size: number) {
    this.#random = random;
    this.focused = random.chance(0.45);
    this.tasksGet = this.focused ? random.pick([0.1, 0.9]) : 0.5;
    const bodies = random.between(1, size > 12 && !this.focused ? 4 : 2);
    this.bodies = ["main", ...["a", "b", "c", "d"].slice(0, bodies)];
    const tasks = this.focused ? random.between(2, 4) : random.between(1, size > 12 ? 4 : 2);
    this.tasks = Array.from({ length: tasks }, (_, i) => ({
      name: `t${i + 1}`,
      level: random.between(1, bodies),
    }));
    const kinds = this.focused ? 1 : random.between(1, 3);
    for (let i = 0; i < kinds; i++) this.#objects.set(random.pick(OBJECT_KINDS), []);
  }

  /** The steps that make the shared objects. */
  setting(): Block {
    const steps: Step[] = [];
    for (const [kind, names] of this.#objects) {
      const many = kind === "future" ? 2 : this.#random.chance(0.15) ? 2 : 1;
      for (let i = 1; i <= many; i++) {
        const name = `${kind[0]}${kind === "semaphore" ? "em" : ""}${i}`;
        names.push(name);
        steps.push(this.#made(kind, name));
      }
    }
    return steps;
  }

  #made(kind: ObjectKind, to: string): Step {
    const random = this.#random;
    switch (kind) {
      case "lock":
      case "event":
      case "future":
        return { op: "make", to, spec: { is: kind } };
      case "condition": {
        const lock = this.#objects.get("lock")?.[0];
        const spec = lock !== undefined && random.chance(0.3) ? { lock } : {};
        return { op: "make", to, spec: { is: "condition", ...spec } };
      }
      case "semaphore": {
        const is = random.pick(["semaphore", "bounded"] as const);
        return { op: "make", to, spec: { is, value: random.between(0, 2) } };
      }
      case "barrier":
        return { op: "make", to, spec: { is: "barrier", parties: random.between(1, 3) } };
      case "queue": {
        const is = random.pick(["queue", "queue", "lifo", "priority"] as const);
        const maxsize = this.tasksGet < 0.5 ? 1 : random.between(0, 2);
        return { op: "make", to, spec: { is, maxsize } };
      }
      case "variable":
        return { op: "make", to, spec: { is: "variable", default: 0 } };
    }
  }

  objects(kind: ObjectKind): readonly string[] {
    return this.#objects.get(kind) ?? [];
  }

  kinds(): readonly ObjectKind[] {
    return [...this.#objects.keys()];
  }

  /** Tasks and outer futures that body number `level` may wait for. */
  awaitable(level: number): readonly string[] {
    const above = [...this.tasks, ...this.outers].filter((slot) => slot.level > level);
    return above.map((slot) => slot.name);
  }

  /** Everything that can be cancelled. */
  cancellable(): readonly string[] {
    const slots = [...this.tasks, ...this.outers].map((slot) => slot.name);
    return [...slots, ...this.objects("future"), ...(this.#random.chance(0.1) ? ["main"] : [])];
  }

  /** Body names with numbers above `level`. */
  callable(level: number): readonly string[] {
    return this.bodies.slice(level + 1);
  }

  delay(): number {
    return this.#random.pick(DELAYS);
  }

  timeout(): number | null {
    return this.#random.pick(TIMEOUTS);
  }

  /** A name no other slot has. */
  fresh(prefix: string): string {
    return `${prefix}${++this.#names}`;
  }

  /** A number that says, in the trace, where a value came from. */
  mark(): number {
    return ++this.#names;
  }
}

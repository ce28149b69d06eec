/** Random things to await. */
import type { Awaitable } from "../program/program.js";
import type { Random } from "./random.js";
import type { Scene } from "./scene.js";

type Call = Extract<Awaitable, { aw: "call" }>;

export class Awaitables {
  readonly #random: Random;
  readonly #scene: Scene;

  constructor(random: Random, scene: Scene) {
    this.#random = random;
    this.#scene = scene;
  }

  /** Anything body number `level` may await. */
  any(level: number, depth = 0): Awaitable {
    const nested = depth < 2 ? 1 : 0;
    const tasks = this.#scene.awaitable(level).length > 0 ? 1 : 0;
    const bodies = this.#scene.callable(level).length > 0 ? 1 : 0;
    const focused = this.#scene.focused;
    const form = this.#random.weighted([
      [depth === 0 ? 7 : 3, "sleep"],
      [tasks * (focused ? 1 : 5), "ref"],
      [bodies * (focused ? 1 : 3), "call"],
      [focused ? 14 : 4, "method"],
      [nested * 2, "gather"],
      [nested * 2, "shield"],
      [nested * 3, "waitFor"],
      [nested * tasks * 2, "wait"],
    ] as const);
    return this.#ofForm(form, level, depth) ?? this.sleep();
  }

  /** Something a task can be made of. */
  coroutine(level: number): Awaitable {
    const of = this.#random.weighted([
      [9, this.call(level)],
      [this.#scene.focused ? 4 : 1, this.method()],
      [1, this.#ofForm("waitFor", level, 1)],
    ]);
    return of === undefined || of.aw === "ref" ? (this.call(level) ?? this.sleep()) : of;
  }

  sleep(): Awaitable {
    const delay = this.#scene.delay();
    return this.#random.chance(0.2)
      ? { aw: "sleep", delay, value: this.#scene.mark() }
      : { aw: "sleep", delay };
  }

  call(level: number): Call | undefined {
    const bodies = this.#scene.callable(level);
    return bodies.length > 0 ? { aw: "call", body: this.#random.pick(bodies) } : undefined;
  }

  ref(level: number): Awaitable | undefined {
    const slots = [...this.#scene.awaitable(level), ...this.#scene.objects("future")];
    return slots.length > 0 ? { aw: "ref", on: this.#random.pick(slots) } : undefined;
  }

  /** A waiting method of a shared object. */
  method(): Awaitable | undefined {
    const scene = this.#scene;
    const random = this.#random;
    const kinds = scene.kinds().filter((kind) => kind !== "variable");
    if (kinds.length === 0) return undefined;
    const kind = random.pick(kinds);
    const on = random.pick(scene.objects(kind));
    switch (kind) {
      case "lock":
      case "semaphore":
        return random.chance(0.5) ? { aw: "method", on, m: "acquire" } : undefined;
      case "event":
        return { aw: "method", on, m: "wait" };
      case "condition":
        // Mostly left to the idiom, which holds the lock and gives it back.
        if (random.chance(0.6)) return undefined;
        return random.chance(0.7)
          ? { aw: "method", on, m: random.pick(["acquire", "wait"] as const) }
          : { aw: "method", on, m: "waitFor", until: ["n", random.between(1, 2)] };
      case "barrier":
        return {
          aw: "method",
          on,
          m: random.pick(["wait", "wait", "wait", "reset", "abort"] as const),
        };
      case "queue": {
        const m = random.weighted([
          [scene.tasksGet * 9, "get"],
          [(1 - scene.tasksGet) * 9, "put"],
          [1, "join"],
        ] as const);
        return m === "put" ? { aw: "method", on, m, arg: scene.mark() } : { aw: "method", on, m };
      }
      default:
        return { aw: "ref", on };
    }
  }

  several(level: number, depth: number, most = 3): Awaitable[] {
    const length = this.#random.between(1, most);
    const list = Array.from({ length }, () => this.any(level, depth + 1));
    const first = list[0];
    if (first?.aw === "ref" && this.#random.chance(0.1)) list.push(first);
    return list;
  }

  /** Tasks and futures only, as `asyncio.wait` demands. */
  futures(level: number): Awaitable[] {
    const length = this.#random.between(1, 3);
    const refs = Array.from({ length }, () => this.ref(level));
    const found = refs.filter((ref) => ref !== undefined);
    return this.#random.chance(0.03) ? [...found, this.sleep()] : found;
  }

  /** A future made by `gather` or `shield`. */
  outer(level: number): Awaitable {
    return this.#ofForm(this.#random.pick(["gather", "shield"]), level, 1) ?? this.sleep();
  }

  #ofForm(form: string, level: number, depth: number): Awaitable | undefined {
    const random = this.#random;
    switch (form) {
      case "ref":
        return this.ref(level);
      case "call":
        return this.call(level);
      case "method":
        return this.method();
      case "gather": {
        const of = this.several(level, depth);
        return random.chance(0.35) ? { aw: "gather", of, collect: true } : { aw: "gather", of };
      }
      case "shield":
        return { aw: "shield", of: this.ref(level) ?? this.any(level, depth + 1) };
      case "waitFor":
        return { aw: "waitFor", of: this.any(level, depth + 1), timeout: this.#scene.timeout() };
      case "wait":
        return this.#wait(level);
      default:
        return undefined;
    }
  }

  #wait(level: number): Awaitable | undefined {
    const of = this.futures(level);
    if (of.length === 0) return undefined;
    const when = this.#random.pick([undefined, "first", "first", "error"] as const);
    const timeout = this.#random.chance(0.5) ? this.#scene.timeout() : null;
    return {
      aw: "wait",
      of,
      ...(when === undefined ? {} : { when }),
      ...(timeout === null ? {} : { timeout }),
    };
  }
}

/** Short hands for writing programs of the corpus. */
import type {
  Awaitable,
  Block,
  Callback,
  CaughtKind,
  InstantMethod,
  Operation,
  Program,
  RaisedKind,
  Spec,
  Step,
  Value,
  WaitingMethod,
} from "../program/program.js";

type Spawn = Extract<Step, { op: "spawn" }>;
type SpawnOptions = Omit<Spawn, "op" | "to" | "e">;
type Waiting = Extract<Operation, { op: "await" }>;

/** A program of these bodies. */
export function program(bodies: Program["bodies"] & { readonly main: Block }): Program {
  return { bodies };
}

export function call(body: string): Awaitable {
  return { aw: "call", body };
}

export function ref(on: string): Awaitable {
  return { aw: "ref", on };
}

export function sleeping(delay: number, value?: Value): Awaitable {
  return value === undefined ? { aw: "sleep", delay } : { aw: "sleep", delay, value };
}

export function method(on: string, m: WaitingMethod, arg?: Value): Awaitable {
  return arg === undefined ? { aw: "method", on, m } : { aw: "method", on, m, arg };
}

export function until(on: string, counter: string, least: number): Awaitable {
  return { aw: "method", on, m: "waitFor", until: [counter, least] };
}

export function gather(of: readonly Awaitable[], collect?: boolean): Awaitable {
  return collect === undefined ? { aw: "gather", of } : { aw: "gather", of, collect };
}

export function shield(of: Awaitable): Awaitable {
  return { aw: "shield", of };
}

export function waitFor(of: Awaitable, timeout: number | null): Awaitable {
  return { aw: "waitFor", of, timeout };
}

export function wait(
  of: readonly string[],
  options: { readonly timeout?: number; readonly when?: "first" | "error" } = {},
): Awaitable {
  return { aw: "wait", of: of.map(ref), ...options };
}

export function awaits(e: Awaitable): Waiting {
  return { op: "await", e };
}

/** `await sleep(delay)`. */
export function sleep(delay: number, value?: Value): Waiting {
  return awaits(sleeping(delay, value));
}

/** `await` of what is in a slot. */
export function join(on: string): Waiting {
  return awaits(ref(on));
}

/** `await thing.method(arg)`. */
export function on(thing: string, m: WaitingMethod, arg?: Value): Waiting {
  return awaits(method(thing, m, arg));
}

/** A number of turns, each traced. */
export function ticks(times: number): Operation {
  return { op: "repeat", times, body: [sleep(0)] };
}

export function make(to: string, spec: Spec): Step {
  return { op: "make", to, spec };
}

/** A lock, an event, a future or a task group. */
export function fresh(is: "lock" | "event" | "future" | "taskgroup", ...names: string[]): Step[] {
  return names.map((to) => make(to, { is }));
}

export function spawn(to: string, body: string | Awaitable, options: SpawnOptions = {}): Spawn {
  return { op: "spawn", to, e: typeof body === "string" ? call(body) : body, ...options };
}

export function keep(to: string, e: Awaitable): Step {
  return { op: "let", to, e };
}

export function cancel(thing: string, msg?: string): Step {
  return msg === undefined ? { op: "cancel", on: thing } : { op: "cancel", on: thing, msg };
}

/** A question about a task or future: `ask("done", "t")`. */
export function ask(op: "done" | "cancelled" | "result" | "exception", thing: string): Step {
  return { op, on: thing };
}

/** A question about the given task, or the current one. */
export function count(op: "uncancel" | "cancelling" | "name", thing?: string): Step {
  return thing === undefined ? { op } : { op, on: thing };
}

export function setResult(thing: string, v: Value): Step {
  return { op: "setResult", on: thing, v };
}

export function setException(thing: string, kind: RaisedKind, msg: string): Step {
  return { op: "setException", on: thing, kind, msg };
}

export function does(thing: string, m: InstantMethod, arg?: Value | boolean): Step {
  return arg === undefined ? { op: "do", on: thing, m } : { op: "do", on: thing, m, arg };
}

export function add(counter: string, by = 1): Step {
  return { op: "count", on: counter, by };
}

export function callback(thing: string, steps: readonly Step[], options: Callback = {}): Step {
  return { op: "addCallback", on: thing, steps, ...options };
}

export function soon(steps: readonly Step[], options: Callback = {}): Step {
  return { op: "callSoon", steps, ...options };
}

export function later(delay: number, steps: readonly Step[], options: Callback = {}): Step {
  return { op: "callLater", delay, steps, ...options };
}

export function raises(kind: RaisedKind = "A", msg = "x"): Step {
  return { op: "raise", kind, msg };
}

export function returns(v: Value): Operation {
  return { op: "return", v };
}

export const reraise: Operation = { op: "reraise" };

export function attempt(body: Block, except: CaughtKind, handler: Block = []): Operation {
  return { op: "try", body, except, handler };
}

/** An await whose error, if any, is only traced. */
export function survives(e: Awaitable): Operation {
  return attempt([awaits(e)], "Any");
}

export function atLast(body: Block, last: Block): Operation {
  return { op: "try", body, finally: last };
}

export function within(thing: string, body: Block): Operation {
  return { op: "with", on: thing, body };
}

export function timeout(to: string, delay: number | null, body: Block): Operation {
  return { op: "timeout", to, delay, body };
}

export function reschedule(thing: string, delay: number | null): Step {
  return { op: "reschedule", on: thing, delay };
}

export function group(to: string, body: Block): Operation {
  return { op: "group", to, body };
}

/** A child task of the group. */
export function child(into: string, to: string, body: string | Awaitable): Spawn {
  return spawn(to, body, { group: into });
}

/** wait, shield and as_completed. */
import type { Awaitable, Block, Operation, Program } from "../program/program.js";
import {
  add,
  ask,
  attempt,
  awaits,
  call,
  cancel,
  count,
  fresh,
  join,
  keep,
  program,
  raises,
  ref,
  returns,
  setResult,
  shield,
  sleep,
  sleeping,
  soon,
  spawn,
  survives,
  ticks,
  wait,
} from "./write.js";

type AsCompleted = Extract<Operation, { op: "asCompleted" }>;

const f = fresh("future", "f");

function asCompleted(
  of: readonly Awaitable[],
  body: Block,
  options: Omit<AsCompleted, "op" | "of" | "body"> = {},
): Operation {
  return { op: "asCompleted", of, body, ...options };
}

export const waits: Readonly<Record<string, Program>> = {
  "wait for the first gives all that are done by then": program({
    main: [
      spawn("t", "a"),
      spawn("u", "a"),
      spawn("w", "b"),
      awaits(wait(["t", "u", "w"], { when: "first" })),
    ],
    a: [sleep(1)],
    b: [sleep(2)],
  }),
  "wait for the first error passes over cancelled ones": program({
    main: [
      spawn("t", "a"),
      spawn("u", "b"),
      spawn("w", "c"),
      soon([cancel("t")]),
      awaits(wait(["t", "u", "w"], { when: "error" })),
    ],
    a: [sleep(5)],
    b: [sleep(1), raises("A", "1")],
    c: [sleep(2)],
  }),
  "wait with a timeout raises nothing and cancels nothing": program({
    main: [spawn("t", "a"), spawn("u", "b"), awaits(wait(["t", "u"], { timeout: 2 })), join("u")],
    a: [sleep(1)],
    b: [sleep(3), returns("late")],
  }),
  "a cancelled wait leaves the members running": program({
    main: [spawn("t", "a"), spawn("p", "p"), sleep(1), cancel("p"), survives(ref("p")), join("t")],
    p: [awaits(wait(["t"]))],
    a: [sleep(3), returns("on")],
  }),
  "wait on nothing and on a coroutine": program({
    main: [survives(wait([])), survives({ aw: "wait", of: [call("a")] })],
    a: [add("n")],
  }),
  "wait with no time at all takes two turns": program({
    main: [spawn("t", "a"), spawn("k", "tick"), awaits(wait(["t"], { timeout: 0 })), add("n")],
    a: [sleep(1)],
    tick: [ticks(5)],
  }),
  "wait on done members takes two turns": program({
    main: [...f, setResult("f", 1), spawn("k", "tick"), awaits(wait(["f"])), add("n")],
    tick: [ticks(5)],
  }),
  "wait's timeout on the tick of a member's end": program({
    main: [spawn("t", "a"), awaits(wait(["t"], { timeout: 1 })), ticks(2)],
    a: [sleep(1)],
  }),
};

export const shields: Readonly<Record<string, Program>> = {
  "cancelling a shield leaves the inner running": program({
    main: [
      spawn("t", "a"),
      spawn("p", "p"),
      sleep(1),
      cancel("p", "m"),
      survives(ref("p")),
      join("t"),
    ],
    p: [awaits(shield(ref("t")))],
    a: [sleep(3), returns("inner")],
  }),
  "a cancelled inner cancels the shield": program({
    main: [
      spawn("t", "a"),
      soon([cancel("t", "m")]),
      survives(shield(ref("t"))),
      count("cancelling"),
    ],
    a: [sleep(3)],
  }),
  "an inner that fails after the shield was cancelled is reported": program({
    main: [spawn("t", "a"), spawn("p", "p"), sleep(1), cancel("p"), survives(ref("p")), sleep(3)],
    p: [awaits(shield(ref("t")))],
    a: [sleep(2), raises("A", "1")],
  }),
  "a shield of what is done is the thing itself": program({
    main: [...f, setResult("f", 1), keep("s", shield(ref("f"))), ask("done", "s"), join("s")],
  }),
  "two shields of one inner, both cancelled": program({
    main: [
      spawn("t", "a"),
      keep("s1", shield(ref("t"))),
      keep("s2", shield(ref("t"))),
      cancel("s1"),
      cancel("s2"),
      sleep(3),
    ],
    a: [sleep(1), raises("A", "1")],
  }),
  "a shield takes a task three turns": program({
    main: [spawn("k", "tick"), awaits(shield(call("a"))), add("n")],
    a: [returns(1)],
    tick: [ticks(6)],
  }),
  "a shield of a shield": program({
    main: [
      spawn("t", "a"),
      keep("s1", shield(ref("t"))),
      keep("s2", shield(ref("s1"))),
      cancel("s2"),
      ask("cancelled", "s1"),
      join("s1"),
    ],
    a: [sleep(1), returns(1)],
  }),
};

export const completions: Readonly<Record<string, Program>> = {
  "as_completed gives results in the order of completion": program({
    main: [asCompleted([sleeping(3, "c"), sleeping(1, "a"), sleeping(2, "b")], [])],
  }),
  "as_completed, asynchronous form, gives the tasks themselves": program({
    main: [
      spawn("t", "a"),
      spawn("u", "b"),
      asCompleted([ref("t"), ref("u")], [ask("result", "d")], { to: "d" }),
    ],
    a: [sleep(2), returns(2)],
    b: [sleep(1), returns(1)],
  }),
  "as_completed times out, one error for each that is left": program({
    main: [
      asCompleted([sleeping(1, "a"), sleeping(3, "b"), sleeping(4, "c")], [], {
        timeout: 2,
        keep: true,
      }),
    ],
  }),
  "as_completed, asynchronous form, times out": program({
    main: [
      attempt(
        [
          asCompleted([sleeping(1, "a"), sleeping(3, "b")], [ask("result", "d")], {
            timeout: 2,
            to: "d",
          }),
        ],
        "Timeout",
      ),
    ],
  }),
  "leaving as_completed early cancels nothing": program({
    main: [
      spawn("t", "a"),
      asCompleted([ref("t"), sleeping(1, "s")], [], { limit: 1 }),
      asCompleted([ref("t"), sleeping(1, "s")], [], { limit: 1, to: "d" }),
      join("t"),
    ],
    a: [sleep(5), returns("on")],
  }),
  "as_completed gives one that is passed twice once": program({
    main: [spawn("t", "a"), asCompleted([ref("t"), ref("t")], []), asCompleted([], [])],
    a: [sleep(1), returns(1)],
  }),
  "as_completed raises an error where it is awaited": program({
    main: [
      attempt([asCompleted([call("a"), sleeping(2, 2)], [])], "A"),
      asCompleted([call("a"), sleeping(2, 2)], [], { keep: true }),
      asCompleted([call("a"), sleeping(2, 2)], [], { to: "d" }),
    ],
    a: [sleep(1), raises("A", "1")],
  }),
  "as_completed cancelled while it waits": program({
    main: [spawn("t", "a"), spawn("p", "p"), sleep(1), cancel("p"), survives(ref("p")), join("t")],
    p: [asCompleted([ref("t")], [])],
    a: [sleep(3), returns(1)],
  }),
};

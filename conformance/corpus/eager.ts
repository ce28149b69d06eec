/** Tasks that start inside `create_task`, and contexts. */
import type { Program, Step, Value } from "../program/program.js";
import {
  add,
  ask,
  attempt,
  awaits,
  call,
  callback,
  cancel,
  count,
  fresh,
  gather,
  group,
  join,
  keep,
  later,
  make,
  program,
  raises,
  ref,
  returns,
  setResult,
  sleep,
  soon,
  spawn,
  survives,
  ticks,
  waitFor,
} from "./write.js";

const eager = { eager: true } as const;
const current: Step = { op: "currentTask" };
const variable = make("v", { is: "variable", default: 0 });
const get: Step = { op: "get", on: "v" };
const set = (v: Value): Step => ({ op: "set", on: "v", v });

export const eagerStart: Readonly<Record<string, Program>> = {
  "an eager body runs to its first suspension at once": program({
    main: [spawn("t", "a", eager), add("after"), ask("done", "t"), join("t")],
    a: [add("inside"), sleep(0), add("later"), returns(1)],
  }),
  "an eager task that ends at once is done at once": program({
    main: [
      spawn("t", "a", eager),
      ask("done", "t"),
      { op: "allTasks" },
      callback("t", [add("called")]),
      add("sync"),
      sleep(0),
      join("t"),
    ],
    a: [returns(1)],
  }),
  "an eager task's error is stored, not thrown at the creator": program({
    main: [spawn("t", "a", eager), add("after"), survives(ref("t"))],
    a: [raises("A", "1")],
  }),
  "current task within nested eager starts": program({
    main: [current, spawn("t", "a", eager), current, sleep(0)],
    a: [current, spawn("u", "b", eager), current],
    b: [current, { op: "allTasks" }, sleep(0), current],
  }),
  "an eager task has a context of its own": program({
    main: [variable, set(1), spawn("t", "a", eager), get, join("t"), get],
    a: [get, set(2), sleep(0), get],
  }),
  "an eager child of a group that fails at once": program({
    main: [
      attempt(
        [
          group("tg", [
            spawn("t", "a", { group: "tg", eager: true }),
            add("body"),
            sleep(0),
            add("no"),
          ]),
        ],
        "Group",
      ),
      count("cancelling"),
    ],
    a: [raises("A", "1")],
  }),
  "an eager child of a group that ends at once": program({
    main: [
      group("tg", [spawn("t", "a", { group: "tg", eager: true }), ask("done", "t")]),
      add("n"),
    ],
    a: [returns(1)],
  }),
  "gather of finished eager tasks is done at once": program({
    main: [
      spawn("t", "a", eager),
      spawn("u", "a", eager),
      keep("g", gather([ref("t"), ref("u")])),
      ask("done", "g"),
      ask("result", "g"),
      join("g"),
    ],
    a: [returns(1)],
  }),
  "gather of one failed eager task": program({
    main: [
      spawn("t", "a", eager),
      spawn("u", "b"),
      keep("g", gather([ref("t"), ref("u")])),
      ask("done", "g"),
      survives(ref("g")),
    ],
    a: [raises("A", "1")],
    b: [sleep(1)],
  }),
  "an eager task that cancels its creator": program({
    main: [
      attempt([spawn("t", "a", eager), add("on"), sleep(0), add("no")], "Cancelled", [
        count("uncancel"),
      ]),
    ],
    a: [cancel("main", "by child"), returns(1)],
  }),
  "an eager task cancelled while it waits": program({
    main: [spawn("t", "a", eager), cancel("t", "m"), survives(ref("t"))],
    a: [attempt([sleep(1)], "Cancelled", [sleep(1), { op: "reraise" }])],
  }),
  "an eager task that cancels itself": program({
    main: [spawn("t", "a", eager), survives(ref("t")), spawn("u", "b", eager), survives(ref("u"))],
    a: [cancel("t"), { op: "cancelling" }, sleep(0)],
    b: [spawn("w", "c", eager), sleep(1)],
    c: [cancel("u"), sleep(1)],
  }),
  "an eager task started by a callback": program({
    main: [soon([current, spawn("t", "a", eager), current]), ticks(3)],
    a: [current, sleep(0), current],
  }),
  "eager and lazy tasks interleaved": program({
    main: [spawn("t1", "a"), spawn("t2", "a", eager), spawn("t3", "a", { eager: false }), ticks(4)],
    a: [add("n"), sleep(0), add("n"), sleep(0), add("n")],
  }),
  "an eager task awaits a done future and goes on": program({
    main: [
      ...fresh("future", "f"),
      setResult("f", 1),
      spawn("t", "a", eager),
      ask("done", "t"),
      sleep(0),
    ],
    a: [join("f"), returns(2)],
  }),
};

export const context: Readonly<Record<string, Program>> = {
  "contexts are copied when something is scheduled": program({
    main: [
      variable,
      ...fresh("future", "f"),
      set(1),
      callback("f", [get]),
      set(2),
      soon([get]),
      set(3),
      later(1, [get]),
      set(4),
      spawn("t", "a"),
      set(5),
      setResult("f", 0),
      sleep(2),
      get,
    ],
    a: [get, set(6), sleep(0), get],
  }),
  "a done callback in a given context": program({
    main: [
      variable,
      ...fresh("future", "f"),
      set(1),
      { op: "copyContext", to: "ctx" },
      set(2),
      callback("f", [get, set(3)], { context: "ctx" }),
      callback("f", [get], { context: "ctx" }),
      setResult("f", 0),
      ticks(2),
      get,
    ],
  }),
  "callbacks in a given context": program({
    main: [
      variable,
      { op: "copyContext", to: "ctx" },
      soon([set(1), get], { context: "ctx" }),
      later(1, [get], { context: "ctx" }),
      { op: "callAt", at: 2, steps: [get], context: "ctx" },
      sleep(3),
      get,
      { op: "inContext", on: "ctx", steps: [get] },
    ],
  }),
  "wait_for leaks the coroutine's writes into the caller": program({
    main: [variable, awaits(waitFor(call("a"), 1)), get, awaits(waitFor(call("a"), null)), get],
    a: [get, set(1), sleep(0), set(2)],
  }),
  "gather and tasks keep the coroutine's writes to themselves": program({
    main: [variable, awaits(gather([call("a"), call("a")])), get],
    a: [get, set(1), sleep(0), get],
  }),
  "a token takes a write back, once": program({
    main: [
      variable,
      { op: "set", on: "v", v: 1, to: "tok" },
      { op: "set", on: "v", v: 2, to: "tok2" },
      { op: "reset", on: "v", token: "tok2" },
      get,
      { op: "reset", on: "v", token: "tok" },
      get,
      { op: "reset", on: "v", token: "tok" },
    ],
  }),
  "a token of another context is refused": program({
    main: [variable, { op: "set", on: "v", v: 1, to: "tok" }, spawn("t", "a"), join("t"), get],
    a: [{ op: "reset", on: "v", token: "tok" }, get],
  }),
  "a default given to get": program({
    main: [
      make("w", { is: "variable" }),
      { op: "get", on: "w", default: 7 },
      { op: "set", on: "w", v: 1 },
      { op: "get", on: "w", default: 7 },
    ],
  }),
  "the exception handler runs in the context of what failed": program({
    main: [
      variable,
      { op: "copyContext", to: "ctx" },
      { op: "inContext", on: "ctx", steps: [set(9)] },
      soon([get, raises("A", "1")], { context: "ctx" }),
      ticks(2),
    ],
  }),
};

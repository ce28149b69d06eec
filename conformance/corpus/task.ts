/** Tasks and their cancellation. */
import type { Block, Program } from "../program/program.js";
import {
  add,
  ask,
  atLast,
  attempt,
  awaits,
  call,
  callback,
  cancel,
  count,
  fresh,
  gather,
  join,
  keep,
  later,
  make,
  on,
  program,
  raises,
  ref,
  reraise,
  returns,
  setException,
  setResult,
  sleep,
  soon,
  spawn,
  survives,
  ticks,
  within,
} from "./write.js";

const f = fresh("future", "f");
const cleanup: Block = [
  attempt([sleep(10)], "Cancelled", [count("cancelling"), sleep(5), reraise]),
];

export const task: Readonly<Record<string, Program>> = {
  "a task begins in the next turn": program({
    main: [spawn("t", "a"), add("sync"), sleep(0), add("after")],
    a: [add("inside")],
  }),
  "a task cancelled before it began never runs its body": program({
    main: [spawn("t", "a"), cancel("t", "m"), survives(ref("t")), ask("cancelled", "t")],
    a: [atLast([sleep(1)], [add("n")])],
  }),
  "two cancels before delivery are one error, the first message while blocked": program({
    main: [
      spawn("t", "a"),
      sleep(1),
      cancel("t", "m1"),
      cancel("t", "m2"),
      survives(ref("t")),
      count("cancelling", "t"),
    ],
    a: [attempt([sleep(5)], "Cancelled", [count("cancelling"), reraise])],
  }),
  "two cancels before the start give the last message": program({
    main: [
      spawn("t", "a"),
      cancel("t", "m1"),
      cancel("t", "m2"),
      survives(ref("t")),
      count("cancelling", "t"),
    ],
    a: [sleep(5)],
  }),
  "two cancels after the wake-up give the last message": program({
    main: [
      ...f,
      spawn("t", "a"),
      sleep(1),
      setResult("f", 1),
      cancel("t", "m1"),
      cancel("t", "m2"),
      survives(ref("t")),
    ],
    a: [join("f")],
  }),
  "a cancel during the cleanup of another arrives there": program({
    main: [
      spawn("t", "a"),
      sleep(1),
      cancel("t", "m1"),
      sleep(1),
      cancel("t", "m2"),
      survives(ref("t")),
    ],
    a: [atLast([sleep(10)], [sleep(5)])],
  }),
  "a swallowed cancel leaves later awaits alone and the count at one": program({
    main: [spawn("t", "a"), sleep(1), cancel("t"), survives(ref("t")), count("cancelling", "t")],
    a: [attempt([sleep(10)], "Cancelled"), sleep(1), sleep(1), count("cancelling"), returns(5)],
  }),
  "uncancel does not go below zero": program({
    main: [count("uncancel"), count("cancelling"), cancel("t"), spawn("t", "a"), join("t")],
    a: [count("uncancel"), count("uncancel")],
  }),
  "a task that cancels itself and returns is cancelled": program({
    main: [spawn("t", "a"), survives(ref("t")), ask("cancelled", "t")],
    a: [cancel("t", "self"), returns(1)],
  }),
  "a task that cancels itself is told at its first suspension": program({
    main: [...f, setResult("f", 1), spawn("t", "a"), survives(ref("t"))],
    a: [cancel("t", "self"), join("f"), add("still"), sleep(0), add("never")],
  }),
  "a task that cancels itself blocks on a future: the future is cancelled": program({
    main: [...f, spawn("t", "a"), survives(ref("t")), ask("cancelled", "f")],
    a: [cancel("t", "self"), join("f")],
  }),
  "a cancel after the result wins over it": program({
    main: [
      ...f,
      spawn("t", "a"),
      sleep(1),
      setResult("f", "R"),
      cancel("t", "m"),
      survives(ref("t")),
      ask("result", "f"),
    ],
    a: [join("f")],
  }),
  "a cancel after an error wins over it": program({
    main: [
      ...f,
      spawn("t", "a"),
      sleep(1),
      setException("f", "A", "1"),
      cancel("t"),
      survives(ref("t")),
      ask("exception", "f"),
    ],
    a: [join("f")],
  }),
  "uncancel before the step brings the result back": program({
    main: [
      ...f,
      spawn("t", "a"),
      sleep(1),
      setResult("f", "R"),
      cancel("t"),
      count("uncancel", "t"),
      survives(ref("t")),
    ],
    a: [join("f")],
  }),
  "uncancel while the future is pending comes too late": program({
    main: [
      ...f,
      spawn("t", "a"),
      sleep(1),
      cancel("t"),
      count("uncancel", "t"),
      survives(ref("t")),
    ],
    a: [join("f")],
  }),
  "uncancel before the start lets the body run": program({
    main: [spawn("t", "a"), cancel("t"), count("uncancel", "t"), survives(ref("t"))],
    a: [sleep(0), returns(1)],
  }),
  "cancelling a parent cancels the child it awaits first": program({
    main: [
      spawn("c", "child"),
      spawn("p", "parent"),
      sleep(1),
      cancel("p", "m"),
      survives(ref("p")),
      count("cancelling", "c"),
    ],
    parent: [join("c")],
    child: [attempt([sleep(10)], "Cancelled", [count("cancelling"), reraise])],
  }),
  "a child that swallows the cancel lets its parent go on": program({
    main: [
      spawn("c", "child"),
      spawn("p", "parent"),
      sleep(1),
      cancel("p"),
      survives(ref("p")),
      ask("cancelled", "p"),
    ],
    parent: [join("c"), count("cancelling"), sleep(1), returns("on")],
    child: [attempt([sleep(10)], "Cancelled", [returns("swallowed")])],
  }),
  "a cancelled parent waits for its child's cleanup": program({
    main: [spawn("c", "child"), spawn("p", "parent"), sleep(1), cancel("p"), survives(ref("p"))],
    parent: [join("c")],
    child: cleanup,
  }),
  "two awaiters of a task share its cancellation": program({
    main: [
      spawn("c", "child"),
      spawn("p", "parent"),
      spawn("q", "parent"),
      sleep(1),
      cancel("p", "m"),
      ticks(4),
    ],
    parent: [attempt([join("c")], "Cancelled", [count("cancelling"), reraise])],
    child: [sleep(10)],
  }),
  "a cancelled error raised by hand cancels the task": program({
    main: [spawn("t", "a"), survives(ref("t")), ask("cancelled", "t"), count("cancelling", "t")],
    a: [sleep(0), raises("Cancelled", "by hand")],
  }),
  "another error raised in reaction to a cancel is the outcome": program({
    main: [
      spawn("t", "a"),
      sleep(1),
      cancel("t"),
      survives(ref("t")),
      ask("cancelled", "t"),
      ask("exception", "t"),
    ],
    a: [attempt([sleep(10)], "Cancelled", [raises("A", "instead")])],
  }),
  "cancelling a finished task is refused": program({
    main: [spawn("t", "a"), join("t"), cancel("t"), count("cancelling", "t"), ask("result", "t")],
    a: [returns(1)],
  }),
  "a late cancel silences a failed task": program({
    main: [spawn("t", "a"), spawn("u", "a"), sleep(1), cancel("t"), sleep(1)],
    a: [raises("A", "1")],
  }),
  "default names are counted, given names are not": program({
    main: [
      spawn("t1", "a"),
      spawn("t2", "a", { name: "given" }),
      spawn("t3", "a"),
      count("name", "t1"),
      count("name", "t2"),
      count("name", "t3"),
      { op: "rename", on: "t1", v: "renamed" },
      count("name", "t1"),
      sleep(0),
    ],
    a: [count("name")],
  }),
  "set_result on a task is refused": program({
    main: [spawn("t", "a"), setResult("t", 1), setException("t", "A", "1"), join("t")],
    a: [sleep(0)],
  }),
  "an error of a task nobody awaits is reported": program({
    main: [
      spawn("t1", "a"),
      spawn("t2", "a"),
      spawn("t3", "a"),
      sleep(1),
      ask("exception", "t2"),
      survives(ref("t3")),
    ],
    a: [raises("A", "1")],
  }),
  "a chain of coroutines is resumed at its innermost": program({
    main: [spawn("t", "tick"), awaits(call("a"))],
    a: [awaits(call("b")), returns(1)],
    b: [awaits(call("c")), returns(2)],
    c: [awaits(call("d")), returns(3)],
    d: [sleep(0), sleep(1), returns(4)],
    tick: [ticks(3)],
  }),
  "an error passes up a chain of coroutines": program({
    main: [survives(call("a"))],
    a: [atLast([awaits(call("b"))], [sleep(0)])],
    b: [attempt([awaits(call("c"))], "B")],
    c: [sleep(0), raises("A", "deep")],
  }),
  "a cancel on the tick of the sleep's end wins": program({
    main: [later(1, [cancel("t", "first")]), spawn("t", "a"), survives(ref("t"))],
    a: [sleep(1), add("slept"), sleep(0)],
  }),
  "a cancel one timer behind the sleep's end wins too": program({
    main: [spawn("t", "a"), sleep(0), later(1, [cancel("t", "behind")]), survives(ref("t"))],
    a: [sleep(1), add("slept"), sleep(0)],
  }),
  "a cancel a turn after the sleep's timer still wins": program({
    main: [spawn("t", "a"), sleep(0), later(1, [soon([cancel("t", "turn")])]), survives(ref("t"))],
    a: [sleep(1), add("slept"), sleep(1)],
  }),
  "the first reader gets the cancelled error's message": program({
    main: [
      spawn("t", "a"),
      sleep(1),
      cancel("t", "m"),
      sleep(1),
      ask("result", "t"),
      ask("result", "t"),
      ask("exception", "t"),
      survives(ref("t")),
    ],
    a: [sleep(10)],
  }),
  "a task in a given context": program({
    main: [
      make("v", { is: "variable", default: 0 }),
      { op: "copyContext", to: "ctx" },
      spawn("t", "a", { context: "ctx" }),
      join("t"),
      { op: "get", on: "v" },
      { op: "inContext", on: "ctx", steps: [{ op: "get", on: "v" }] },
    ],
    a: [{ op: "set", on: "v", v: 5 }, sleep(0), { op: "set", on: "v", v: 6 }],
  }),
  "a task cancelled in a lock's queue leaves it clean": program({
    main: [
      ...fresh("lock", "l"),
      on("l", "acquire"),
      spawn("t1", "a"),
      spawn("t2", "a"),
      sleep(1),
      cancel("t1"),
      { op: "do", on: "l", m: "release" },
      survives(ref("t1")),
      join("t2"),
      { op: "do", on: "l", m: "locked" },
    ],
    a: [within("l", [add("n"), sleep(1)])],
  }),
  "a return in finally swallows the cancel": program({
    main: [spawn("t", "a"), sleep(1), cancel("t"), join("t"), count("cancelling", "t")],
    a: [atLast([sleep(10)], [returns("swallowed")])],
  }),
  "done callbacks of a cancelled task run after its end": program({
    main: [
      spawn("t", "a"),
      callback("t", [ask("cancelled", "t"), add("n")]),
      sleep(1),
      cancel("t"),
      ticks(4),
    ],
    a: [sleep(10)],
  }),
  "main's end cancels what it left, in one go": program({
    main: [spawn("t1", "a"), spawn("t2", "b"), spawn("t3", "a"), sleep(1), returns("end")],
    a: cleanup,
    b: [attempt([sleep(10)], "Cancelled", [sleep(1), raises("A", "late")])],
  }),
  "what is ready when main ends still has a turn": program({
    main: [spawn("t", "a"), soon([add("c"), soon([add("d"), soon([add("e"), soon([add("f")])])])])],
    a: [add("started"), ticks(3)],
  }),
  "main raises: leftovers are cancelled all the same": program({
    main: [spawn("t", "a"), sleep(1), raises("B", "main")],
    a: [atLast([sleep(10)], [sleep(1)])],
  }),
  "main is cancelled": program({
    main: [later(1, [cancel("main", "m")]), spawn("t", "a"), sleep(5)],
    a: [atLast([sleep(10)], [sleep(1)])],
  }),
  "a keyboard interrupt in a task ends the run": program({
    main: [spawn("t", "a"), spawn("u", "b"), attempt([sleep(5)], "Cancelled", [sleep(1), reraise])],
    a: [sleep(1), raises("Interrupt", "")],
    b: [atLast([sleep(10)], [sleep(1)])],
  }),
  "awaiting oneself is an error inside": program({
    main: [spawn("t", "a"), survives(ref("t"))],
    a: [survives(ref("t"))],
  }),
  "a callback cancels the task that is about to step": program({
    main: [
      ...f,
      spawn("t", "a"),
      sleep(0),
      callback("f", [cancel("t", "callback")]),
      setResult("f", 1),
      survives(ref("t")),
    ],
    a: [join("f")],
  }),
  "gathering within a task is cancelled through": program({
    main: [spawn("t", "a"), sleep(1), cancel("t", "m"), survives(ref("t"))],
    a: [awaits(gather([call("b"), call("b")]))],
    b: [attempt([sleep(5)], "Cancelled", [count("cancelling"), reraise])],
  }),
  "a future that outlives its gather": program({
    main: [
      spawn("t", "b"),
      keep("g", gather([ref("t")])),
      cancel("g", "m"),
      survives(ref("g")),
      survives(ref("t")),
    ],
    b: [sleep(5)],
  }),
};

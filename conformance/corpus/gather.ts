/** sleep and gather. */
import type { Block, Program } from "../program/program.js";
import {
  add,
  ask,
  attempt,
  awaits,
  call,
  cancel,
  count,
  fresh,
  gather,
  join,
  keep,
  program,
  raises,
  ref,
  reraise,
  returns,
  setException,
  setResult,
  sleep,
  sleeping,
  soon,
  spawn,
  survives,
  ticks,
} from "./write.js";

/** Takes so many seconds to end when it is cancelled. */
const slowToEnd = (seconds: number): Block => [
  attempt([sleep(100)], "Cancelled", [sleep(seconds), reraise]),
];

const stubborn = (seconds: number): Block => [
  attempt([sleep(100)], "Cancelled", [sleep(seconds), returns(seconds)]),
];

export const gathers: Readonly<Record<string, Program>> = {
  "sleep of zero and less takes one turn, more takes a timer": program({
    main: [spawn("t", "tick"), sleep(0, "zero"), sleep(-1, "less"), sleep(1, "one"), add("n")],
    tick: [ticks(4)],
  }),
  "gather gives results in the order of its arguments": program({
    main: [awaits(gather([sleeping(3, "c"), sleeping(1, "a"), sleeping(2, "b")]))],
  }),
  "gather of what never suspends takes three turns": program({
    main: [spawn("t", "tick"), awaits(gather([call("a"), call("a")])), add("n")],
    a: [returns(1)],
    tick: [ticks(6)],
  }),
  "gather raises the first error and leaves the others running": program({
    main: [survives(gather([call("a"), call("b"), call("c")])), sleep(5)],
    a: [sleep(2), raises("A", "2")],
    b: [sleep(1), raises("B", "1")],
    c: [sleep(3), returns("c")],
  }),
  "gather collects errors in their places": program({
    main: [awaits(gather([call("a"), call("b"), sleeping(0, 1)], true))],
    a: [sleep(1), raises("A", "1")],
    b: [raises("Cancelled", "gone")],
  }),
  "gather of a cancelled child: the awaiter is not being cancelled": program({
    main: [
      spawn("t", "a"),
      keep("g", gather([ref("t"), call("a")])),
      soon([cancel("t", "m")]),
      survives(ref("g")),
      ask("cancelled", "g"),
      count("cancelling"),
      sleep(3),
    ],
    a: [sleep(2)],
  }),
  "cancelling gather resumes the awaiter at the first child that ends": program({
    main: [spawn("t", "p"), sleep(1), cancel("t", "m"), survives(ref("t")), sleep(9)],
    p: [awaits(gather([call("a"), call("b")]))],
    a: slowToEnd(1),
    b: slowToEnd(5),
  }),
  "cancelling a collecting gather waits for every child": program({
    main: [spawn("t", "p"), sleep(1), cancel("t", "m"), survives(ref("t")), sleep(9)],
    p: [awaits(gather([call("a"), call("b")], true))],
    a: slowToEnd(1),
    b: slowToEnd(5),
  }),
  "a child's error in reaction to the cancel replaces it": program({
    main: [
      spawn("t", "p"),
      sleep(1),
      cancel("t"),
      survives(ref("t")),
      ask("cancelled", "t"),
      sleep(9),
    ],
    p: [awaits(gather([call("a"), call("b")]))],
    a: [attempt([sleep(100)], "Cancelled", [sleep(1), raises("A", "1")])],
    b: slowToEnd(5),
  }),
  "cancelling gather whose children all swallow it": program({
    main: [spawn("t", "p"), sleep(1), cancel("t", "m"), survives(ref("t"))],
    p: [awaits(gather([call("a"), call("b")]))],
    a: stubborn(1),
    b: stubborn(5),
  }),
  "cancelling a collecting gather whose children all swallow it": program({
    main: [spawn("t", "p"), sleep(1), cancel("t", "m"), survives(ref("t"))],
    p: [awaits(gather([call("a"), call("b")], true))],
    a: stubborn(1),
    b: stubborn(5),
  }),
  "gather of nothing is done": program({
    main: [keep("g", gather([])), ask("done", "g"), ask("result", "g"), join("g"), cancel("g")],
  }),
  "gather runs a future given twice once": program({
    main: [spawn("t", "a"), awaits(gather([ref("t"), sleeping(2, "s"), ref("t")]))],
    a: [sleep(1), returns("once")],
  }),
  "cancelling gather after an error does nothing": program({
    main: [keep("g", gather([call("a"), call("b")])), survives(ref("g")), cancel("g"), sleep(5)],
    a: [sleep(1), raises("A", "1")],
    b: [sleep(2), returns("on")],
  }),
  "gather that fails and is not awaited is reported": program({
    main: [keep("g", gather([call("a")])), sleep(1)],
    a: [raises("A", "1")],
  }),
  "gather of done futures is done at once": program({
    main: [
      ...fresh("future", "f", "h"),
      setResult("f", 1),
      setResult("h", 2),
      keep("g", gather([ref("f"), ref("h")])),
      ask("done", "g"),
      join("g"),
    ],
  }),
  "gather of a done error and a pending future": program({
    main: [
      ...fresh("future", "f", "h"),
      setException("f", "A", "1"),
      keep("g", gather([ref("h"), ref("f")])),
      ask("done", "g"),
      survives(ref("g")),
    ],
  }),
  "gather in gather, the inner cancelled": program({
    main: [
      keep("inner", gather([call("a"), call("a")])),
      keep("outer", gather([ref("inner"), sleeping(1, 1)], true)),
      soon([cancel("inner", "m")]),
      survives(ref("outer")),
    ],
    a: [sleep(3)],
  }),
  "a cancelled gather returns false when no child can be cancelled": program({
    main: [
      ...fresh("future", "f"),
      keep("g", gather([ref("f")])),
      setResult("f", 1),
      cancel("g"),
      survives(ref("g")),
    ],
  }),
};

/** Futures and their callbacks. */
import type { Program, Step } from "../program/program.js";
import {
  add,
  ask,
  attempt,
  callback,
  cancel,
  fresh,
  join,
  later,
  program,
  ref,
  setException,
  setResult,
  sleep,
  soon,
  spawn,
  survives,
  ticks,
} from "./write.js";

const remove = (on: string, fn: string): Step => ({ op: "removeCallback", on, fn });
const f = fresh("future", "f");

export const future: Readonly<Record<string, Program>> = {
  "done callbacks are scheduled in order, never called at once": program({
    main: [
      ...f,
      callback("f", [add("a"), callback("f", [add("late")])]),
      callback("f", [add("b")]),
      setResult("f", 1),
      add("sync"),
      ticks(3),
    ],
  }),
  "a done callback added to a done future is scheduled": program({
    main: [...f, setResult("f", 1), callback("f", [add("a")]), add("sync"), ticks(2)],
  }),
  "removing a done callback removes every registration": program({
    main: [
      ...f,
      callback("f", [add("a")], { to: "k" }),
      { op: "addCallback", on: "f", fn: "k" },
      callback("f", [add("b")]),
      remove("f", "k"),
      remove("f", "k"),
      setResult("f", 1),
      ticks(2),
    ],
  }),
  "a scheduled done callback cannot be removed any more": program({
    main: [
      ...f,
      callback("f", [add("a")], { to: "k" }),
      setResult("f", 1),
      remove("f", "k"),
      ticks(2),
    ],
  }),
  "the same done callback may be added twice": program({
    main: [
      ...f,
      callback("f", [add("a")], { to: "k" }),
      { op: "addCallback", on: "f", fn: "k" },
      setResult("f", 1),
      ticks(2),
    ],
  }),
  "a raising done callback does not stop the next": program({
    main: [
      ...f,
      callback("f", [{ op: "raise", kind: "A", msg: "1" }]),
      callback("f", [add("b")]),
      setResult("f", 1),
      ticks(2),
    ],
  }),
  "a future takes one result": program({
    main: [
      ...fresh("future", "f", "g", "h"),
      setResult("f", 1),
      setResult("f", 2),
      setException("f", "A", "1"),
      cancel("g"),
      setResult("g", 1),
      setException("h", "A", "2"),
      setResult("h", 1),
      ask("exception", "h"),
    ],
  }),
  "a pending future has no result and no exception": program({
    main: [
      ...f,
      ask("done", "f"),
      ask("cancelled", "f"),
      ask("result", "f"),
      ask("exception", "f"),
    ],
  }),
  "result and exception of a cancelled future raise with the message": program({
    main: [
      ...f,
      cancel("f", "m"),
      ask("result", "f"),
      ask("exception", "f"),
      ask("done", "f"),
      ask("cancelled", "f"),
    ],
  }),
  "awaiting a cancelled future raises with the message, each time": program({
    main: [...f, cancel("f", "m"), survives(ref("f")), survives(ref("f")), ask("result", "f")],
  }),
  "cancelling a done future is refused": program({
    main: [
      ...fresh("future", "f", "g", "h"),
      setResult("f", 1),
      cancel("f"),
      cancel("g"),
      cancel("g", "again"),
      setException("h", "A", "1"),
      cancel("h"),
      ask("result", "g"),
    ],
  }),
  "a future's error is the same object each time": program({
    main: [
      ...f,
      setException("f", "A", "1"),
      { op: "sameError", on: "f" },
      ask("result", "f"),
      survives(ref("f")),
      survives(ref("f")),
    ],
  }),
  "awaiting a done future does not yield": program({
    main: [...f, spawn("t", "a"), setResult("f", 1), join("f"), add("n"), sleep(0)],
    a: [add("m")],
  }),
  "an error nobody looks at is reported once": program({
    main: [
      ...fresh("future", "unseen", "asked", "read", "awaited", "cancelled"),
      setException("unseen", "A", "1"),
      setException("asked", "A", "2"),
      ask("exception", "asked"),
      setException("read", "A", "3"),
      ask("result", "read"),
      setException("awaited", "A", "4"),
      survives(ref("awaited")),
      setException("cancelled", "A", "5"),
      cancel("cancelled"),
      sleep(1),
    ],
  }),
  "several awaiters of a future wake in order": program({
    main: [
      ...f,
      spawn("t1", "a"),
      spawn("t2", "a"),
      spawn("t3", "a"),
      sleep(1),
      setResult("f", 7),
      ticks(3),
    ],
    a: [join("f")],
  }),
  "one awaiter cancelled takes the future and the others along": program({
    main: [
      ...f,
      spawn("t1", "a"),
      spawn("t2", "a"),
      sleep(1),
      cancel("t1", "m"),
      ticks(3),
      ask("cancelled", "f"),
    ],
    a: [attempt([join("f")], "Cancelled", [{ op: "cancelling" }, { op: "reraise" }])],
  }),
  "a future given a cancelled error as its exception": program({
    main: [
      ...f,
      setException("f", "Cancelled", "m"),
      ask("cancelled", "f"),
      survives(ref("f")),
      ask("exception", "f"),
    ],
  }),
  "a timer and a callback race for a future": program({
    main: [
      ...f,
      later(1, [setResult("f", "timer")]),
      later(1, [cancel("f", "second")]),
      soon([add("n")]),
      survives(ref("f")),
    ],
  }),
};

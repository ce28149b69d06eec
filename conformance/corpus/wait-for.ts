/** wait_for. */
import type { Program } from "../program/program.js";
import {
  add,
  ask,
  attempt,
  awaits,
  call,
  cancel,
  count,
  does,
  fresh,
  later,
  make,
  method,
  on,
  program,
  raises,
  ref,
  reraise,
  returns,
  setResult,
  sleep,
  sleeping,
  spawn,
  survives,
  ticks,
  waitFor,
} from "./write.js";

const f = fresh("future", "f");

const noTimeLeft: Readonly<Record<string, Program>> = {
  "wait_for with no time left never starts the coroutine": program({
    main: [survives(waitFor(call("a"), 0)), survives(waitFor(call("a"), -1)), ticks(2)],
    a: [add("n")],
  }),
  "wait_for with no time left cancels a task and waits for it": program({
    main: [spawn("t", "a"), sleep(0), survives(waitFor(ref("t"), 0)), ask("cancelled", "t")],
    a: [attempt([sleep(5)], "Cancelled", [sleep(1), reraise])],
  }),
  "wait_for with no time left returns what the task returns all the same": program({
    main: [spawn("t", "a"), sleep(0), awaits(waitFor(ref("t"), 0))],
    a: [attempt([sleep(5)], "Cancelled", [sleep(1), returns("all the same")])],
  }),
  "wait_for of a done future with no time left": program({
    main: [...f, setResult("f", 1), awaits(waitFor(ref("f"), 0)), awaits(waitFor(ref("f"), null))],
  }),
};

export const waitsFor: Readonly<Record<string, Program>> = {
  ...noTimeLeft,
  "wait_for runs the coroutine in the caller's task": program({
    main: [{ op: "currentTask" }, awaits(waitFor(call("a"), 5)), awaits(waitFor(call("a"), null))],
    a: [{ op: "currentTask" }, sleep(1), returns(1)],
  }),
  "wait_for of what never suspends does not yield": program({
    main: [spawn("k", "tick"), awaits(waitFor(call("a"), 1)), add("n"), sleep(0)],
    a: [returns(1)],
    tick: [ticks(2)],
  }),
  "wait_for waits for the cleanup of what it cancels": program({
    main: [spawn("t", "a"), survives(waitFor(ref("t"), 1)), count("cancelling")],
    a: [attempt([sleep(10)], "Cancelled", [sleep(5), reraise])],
  }),
  "wait_for returns the value of a task that swallows the cancel": program({
    main: [spawn("t", "a"), awaits(waitFor(ref("t"), 1)), count("cancelling")],
    a: [attempt([sleep(10)], "Cancelled", [returns("swallowed")])],
  }),
  "wait_for raises the error a task turns the cancel into": program({
    main: [spawn("t", "a"), survives(waitFor(ref("t"), 1))],
    a: [attempt([sleep(10)], "Cancelled", [raises("A", "turned")])],
  }),
  "wait_for cancelled from outside on the tick of its timeout": program({
    main: [
      spawn("p", "p"),
      sleep(0),
      later(1, [cancel("p", "outside")]),
      survives(ref("p")),
      count("cancelling", "p"),
    ],
    p: [awaits(waitFor(sleeping(5), 1))],
  }),
  "wait_for cancelled from outside just before its timeout": program({
    main: [
      later(1, [cancel("p", "outside")]),
      spawn("p", "p"),
      survives(ref("p")),
      count("cancelling", "p"),
    ],
    p: [awaits(waitFor(sleeping(5), 1))],
  }),
  "a result on the tick of the deadline is lost": program({
    main: [
      ...f,
      later(1, [setResult("f", "R")]),
      survives(waitFor(ref("f"), 1)),
      ask("result", "f"),
    ],
  }),
  "a result on the tick of the deadline, behind the timeout": program({
    main: [
      ...f,
      spawn("p", "p"),
      sleep(0),
      later(1, [setResult("f", "R")]),
      survives(ref("p")),
      ask("cancelled", "f"),
    ],
    p: [awaits(waitFor(ref("f"), 1))],
  }),
  "an item put on the tick of the deadline stays": program({
    main: [
      make("q", { is: "queue", maxsize: 0 }),
      later(1, [does("q", "putNowait", 7)]),
      survives(waitFor(method("q", "get"), 1)),
      does("q", "qsize"),
    ],
  }),
  "a lock released on the tick of the deadline ends free": program({
    main: [
      ...fresh("lock", "l"),
      on("l", "acquire"),
      later(1, [does("l", "release")]),
      survives(waitFor(method("l", "acquire"), 1)),
      does("l", "locked"),
    ],
  }),
  "wait_for in wait_for": program({
    main: [
      survives(waitFor(waitFor(sleeping(5), 1), 2)),
      survives(waitFor(waitFor(sleeping(5), 2), 1)),
      survives(waitFor(waitFor(sleeping(5), 1), 1)),
    ],
  }),
};

/** The loop and its handles. */
import type { Program, Step } from "../program/program.js";
import {
  add,
  awaits,
  fresh,
  later,
  method,
  program,
  raises,
  setResult,
  sleep,
  soon,
  spawn,
  ticks,
} from "./write.js";

const cancelHandle = (on: string): Step => ({ op: "cancelHandle", on });
const handleCancelled = (on: string): Step => ({ op: "handleCancelled", on });

export const kernel: Readonly<Record<string, Program>> = {
  "tasks and callbacks run in the order they were scheduled": program({
    main: [spawn("t1", "a"), soon([add("n")]), spawn("t2", "a"), sleep(0), sleep(0)],
    a: [add("m"), sleep(0), add("m")],
  }),
  "a callback scheduled within a turn runs in the next": program({
    main: [soon([add("a"), soon([add("b"), soon([add("c")])])]), ticks(5)],
  }),
  "a handle cancelled by an earlier one of its turn does not run": program({
    main: [
      soon([add("a"), cancelHandle("h")]),
      soon([add("b")], { to: "h" }),
      soon([add("c"), handleCancelled("h")]),
      ticks(2),
    ],
  }),
  "a timer of zero seconds fires behind what is ready": program({
    main: [soon([later(0, [add("later")]), soon([add("soon1"), soon([add("soon2")])])]), ticks(5)],
  }),
  "a negative delay is a timer that is due": program({
    main: [later(-1, [add("a")]), soon([add("b")]), ticks(3)],
  }),
  "due timers fire by deadline, behind the ready callbacks": program({
    main: [
      later(3, [add("c")]),
      later(1, [add("a"), soon([add("ready")])]),
      later(2, [add("b")]),
      sleep(4),
    ],
  }),
  "equal deadlines fire in order of creation": program({
    main: [...Array.from({ length: 12 }, (_, i) => later(1, [add(`n${i}`)])), sleep(2)],
  }),
  "two deadlines within the clock's resolution fire in one turn": program({
    main: [
      later(1 + 2 ** -31, [add("late")]),
      later(1, [add("early"), soon([add("soon")])]),
      sleep(2),
    ],
  }),
  "cancelled timers are swept without touching the live ones": program({
    main: [
      { op: "repeat", times: 120, body: [later(5, [add("dead")], { to: "h" }), cancelHandle("h")] },
      later(5, [add("live")]),
      later(4, [add("first")]),
      sleep(6),
    ],
  }),
  "an exception in a callback goes to the handler and the next callbacks run": program({
    main: [soon([raises("A", "1")]), soon([add("n")]), later(1, [raises("B", "2")]), sleep(2)],
  }),
  "a report reaches the exception handler at once": program({
    main: [
      { op: "report", msg: "hello" },
      add("n"),
      soon([{ op: "report", msg: "again" }]),
      ticks(2),
    ],
  }),
  "a deadline of the loop's own clock": program({
    main: [
      sleep(1),
      { op: "callAt", at: 3, steps: [add("third")], to: "h" },
      { op: "callAt", at: 0, steps: [add("past")] },
      { op: "when", on: "h" },
      sleep(3),
    ],
  }),
  "current task and all tasks, in a task and in a callback": program({
    main: [
      { op: "currentTask" },
      { op: "allTasks" },
      spawn("t1", "a"),
      { op: "allTasks" },
      soon([{ op: "currentTask" }, { op: "allTasks" }]),
      ticks(3),
      { op: "allTasks" },
    ],
    a: [{ op: "currentTask" }, sleep(0)],
  }),
  "a future resolved by a callback wakes its awaiter two turns later": program({
    main: [
      ...fresh("future", "f"),
      spawn("t", "tick"),
      soon([setResult("f", 1)]),
      awaits({ aw: "ref", on: "f" }),
    ],
    tick: [ticks(6)],
  }),
  "a keyboard interrupt in a callback leaves the loop": program({
    main: [soon([raises("Interrupt", "")]), soon([add("n")]), ticks(3)],
  }),
  "what never comes is ended by the watchdog": program({
    main: [...fresh("event", "e"), awaits(method("e", "wait"))],
  }),
};

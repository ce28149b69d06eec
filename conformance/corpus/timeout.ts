/** `timeout` and `timeout_at`. */
import type { Program, Step } from "../program/program.js";
import {
  add,
  atLast,
  attempt,
  cancel,
  child,
  count,
  fresh,
  group,
  join,
  later,
  make,
  on,
  program,
  raises,
  ref,
  reraise,
  reschedule,
  returns,
  setResult,
  sleep,
  soon,
  spawn,
  survives,
  ticks,
  timeout,
  within,
} from "./write.js";

const expired = (thing: string): Step => ({ op: "expired", on: thing });
const when = (thing: string): Step => ({ op: "when", on: thing });

const nested: Readonly<Record<string, Program>> = {
  "the inner of two timeouts expires": program({
    main: [
      timeout("x", 5, [
        attempt([timeout("y", 1, [sleep(9)])], "Timeout"),
        sleep(1),
        count("cancelling"),
      ]),
      expired("x"),
      expired("y"),
    ],
  }),
  "the outer of two timeouts expires first": program({
    main: [
      attempt([timeout("x", 1, [timeout("y", 5, [sleep(9)])])], "Timeout"),
      expired("x"),
      expired("y"),
      count("cancelling"),
    ],
  }),
  "both timeouts expire on one tick": program({
    main: [
      attempt([timeout("x", 1, [timeout("y", 1, [sleep(9)])])], "Timeout"),
      expired("x"),
      expired("y"),
      count("cancelling"),
      sleep(1),
    ],
  }),
  "the inner expires on the tick of the outer, made first": program({
    main: [
      attempt([timeout("x", 2, [sleep(1), timeout("y", 1, [sleep(9)])])], "Timeout"),
      count("cancelling"),
      sleep(1),
    ],
  }),
  "a timeout within the handler of another's error": program({
    main: [
      attempt([timeout("x", 1, [sleep(9)])], "Timeout", [
        attempt([timeout("y", 1, [sleep(9)])], "Timeout"),
      ]),
      count("cancelling"),
    ],
  }),
};

const rescheduled: Readonly<Record<string, Program>> = {
  "a timeout moved later, earlier and to never": program({
    main: [
      timeout("x", 1, [
        reschedule("x", 3),
        sleep(2),
        when("x"),
        reschedule("x", null),
        sleep(5),
        when("x"),
      ]),
      attempt([timeout("y", 5, [reschedule("y", 1), sleep(9)])], "Timeout"),
      expired("x"),
    ],
  }),
  "a timeout moved to the past fires in the next turn": program({
    main: [attempt([timeout("x", 5, [sleep(1), reschedule("x", -1), ticks(3)])], "Timeout")],
  }),
  "an expired timeout cannot be moved": program({
    main: [
      attempt(
        [timeout("x", 1, [attempt([sleep(9)], "Cancelled", [reschedule("x", 1), reraise])])],
        "Timeout",
      ),
      reschedule("x", 1),
    ],
  }),
  "a timeout cannot be moved before it is entered or after it is left": program({
    main: [
      make("x", { is: "timeout", delay: 1 }),
      reschedule("x", 2),
      within("x", [reschedule("x", 2)]),
      reschedule("x", 3),
      expired("x"),
      when("x"),
    ],
  }),
  "a timeout moved by another task": program({
    main: [spawn("t", "a"), sleep(1), reschedule("x", 1), survives(ref("t")), expired("x")],
    a: [timeout("x", 9, [sleep(20)])],
  }),
  "timeout(None) never fires and can be moved": program({
    main: [
      timeout("x", null, [sleep(100), when("x")]),
      attempt([timeout("y", null, [reschedule("y", 1), sleep(9)])], "Timeout"),
    ],
  }),
};

export const timeouts: Readonly<Record<string, Program>> = {
  ...nested,
  ...rescheduled,
  "a timeout ends what sleeps too long": program({
    main: [
      attempt([timeout("x", 1, [atLast([sleep(5)], [sleep(2)])])], "Timeout"),
      expired("x"),
      count("cancelling"),
    ],
  }),
  "a block that ends in time": program({
    main: [timeout("x", 2, [sleep(1)]), expired("x"), when("x"), sleep(5)],
  }),
  "a block that ends on the tick of its deadline": program({
    main: [attempt([timeout("x", 1, [sleep(1), add("slept")])], "Timeout"), expired("x")],
  }),
  "a cancel from outside before the deadline wins": program({
    main: [
      spawn("t", "a"),
      sleep(1),
      cancel("t", "outside"),
      survives(ref("t")),
      count("cancelling", "t"),
    ],
    a: [timeout("x", 2, [attempt([sleep(9)], "Cancelled", [sleep(3), reraise])])],
  }),
  "a cancel from outside on the tick of the deadline": program({
    main: [
      spawn("t", "a"),
      sleep(0),
      later(1, [cancel("t", "outside")]),
      survives(ref("t")),
      count("cancelling", "t"),
    ],
    a: [timeout("x", 1, [sleep(9)])],
  }),
  "no time at all around what does not suspend": program({
    main: [
      ...fresh("future", "f"),
      setResult("f", 1),
      timeout("x", 0, [join("f"), add("n")]),
      expired("x"),
    ],
  }),
  "no time at all around a suspension": program({
    main: [attempt([timeout("x", 0, [sleep(0), add("n"), sleep(0)])], "Timeout"), expired("x")],
  }),
  "a block that swallows the timeout's cancel": program({
    main: [
      timeout("x", 1, [attempt([sleep(9)], "Cancelled"), sleep(1)]),
      expired("x"),
      count("cancelling"),
    ],
  }),
  "a block that raises another error when the time is up": program({
    main: [
      attempt([timeout("x", 1, [attempt([sleep(9)], "Cancelled", [raises("A", "1")])])], "A"),
      expired("x"),
      count("cancelling"),
    ],
  }),
  "a block that returns from within": program({
    main: [spawn("t", "a"), join("t")],
    a: [timeout("x", 5, [sleep(1), returns("v")])],
  }),
  "a timeout is entered once": program({
    main: [
      timeout("x", 5, [survives({ aw: "sleep", delay: 0 })]),
      attempt([within("x", [add("no")])], "Any"),
      timeout("y", 5, [attempt([within("y", [add("no")])], "Any")]),
    ],
  }),
  "timeout_at counts by the loop's clock": program({
    main: [
      sleep(1),
      attempt([{ op: "timeout", to: "x", delay: 3, absolute: true, body: [sleep(9)] }], "Timeout"),
      attempt([{ op: "timeout", to: "y", delay: 1, absolute: true, body: [sleep(9)] }], "Timeout"),
    ],
  }),
  "a timeout within the cleanup of a cancelled task": program({
    main: [spawn("t", "a"), sleep(1), cancel("t"), survives(ref("t")), count("cancelling", "t")],
    a: [
      attempt([sleep(9)], "Cancelled", [
        attempt([timeout("x", 1, [sleep(9)])], "Timeout"),
        count("cancelling"),
        reraise,
      ]),
    ],
  }),
  "no time at all in a task that has cancelled itself": program({
    main: [spawn("t", "a"), survives(ref("t")), count("cancelling", "t")],
    a: [cancel("t"), timeout("x", 0, [sleep(1)])],
  }),
  "a busy block past its deadline does not time out": program({
    main: [timeout("x", 1, [attempt([sleep(2)], "Cancelled", [count("uncancel")])]), expired("x")],
  }),
  "a timeout around a group ends its children": program({
    main: [
      attempt([timeout("x", 1, [group("tg", [child("tg", "t", "a")])])], "Timeout"),
      count("cancelling"),
    ],
    a: [atLast([sleep(9)], [sleep(1)])],
  }),
  "a timeout around a group whose child fails when cancelled": program({
    main: [
      attempt([timeout("x", 1, [group("tg", [child("tg", "t", "a")])])], "Group"),
      expired("x"),
      count("cancelling"),
    ],
    a: [attempt([sleep(9)], "Cancelled", [raises("A", "1")])],
  }),
  "a timeout fires while the block is not suspended": program({
    main: [
      ...fresh("lock", "l"),
      spawn("t", "a"),
      sleep(1),
      soon([cancel("t")]),
      survives(ref("t")),
    ],
    a: [timeout("x", 1, [on("l", "acquire"), sleep(2)])],
  }),
};

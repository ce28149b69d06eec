/** Task groups and exception groups. */
import type { Program } from "../program/program.js";
import {
  add,
  ask,
  atLast,
  attempt,
  awaits,
  call,
  cancel,
  child,
  count,
  fresh,
  group,
  join,
  later,
  program,
  raises,
  ref,
  reraise,
  returns,
  setResult,
  sleep,
  soon,
  spawn,
  survives,
  ticks,
  within,
} from "./write.js";

const stubborn = (seconds: number) => [
  attempt([sleep(100)], "Cancelled", [sleep(seconds), returns(seconds)]),
];

const cancelled: Readonly<Record<string, Program>> = {
  "a cancel from outside ends the children": program({
    main: [
      spawn("p", "p"),
      sleep(1),
      cancel("p", "m"),
      survives(ref("p")),
      count("cancelling", "p"),
    ],
    p: [group("tg", [child("tg", "t", "a"), child("tg", "u", "a"), sleep(50)])],
    a: [atLast([sleep(9)], [sleep(2)])],
  }),
  "a cancel from outside while the group waits": program({
    main: [
      spawn("p", "p"),
      sleep(1),
      cancel("p", "m"),
      survives(ref("p")),
      count("cancelling", "p"),
    ],
    p: [group("tg", [child("tg", "t", "a")])],
    a: [atLast([sleep(9)], [sleep(2)])],
  }),
  "a cancel from outside and an error: the error is raised, the cancel comes again": program({
    main: [spawn("p", "p"), sleep(1), cancel("p"), survives(ref("p")), count("cancelling", "p")],
    p: [attempt([group("tg", [child("tg", "t", "a")])], "Group"), count("cancelling"), sleep(1)],
    a: [attempt([sleep(9)], "Cancelled", [raises("A", "1")])],
  }),
  "a cancel from outside and an error on one tick": program({
    main: [
      spawn("p", "p"),
      sleep(0),
      later(1, [cancel("p", "m")]),
      survives(ref("p")),
      count("cancelling", "p"),
    ],
    p: [group("tg", [child("tg", "t", "a"), sleep(9)])],
    a: [sleep(1), raises("A", "1")],
  }),
  "a second cancel while the group ends is not passed on": program({
    main: [
      spawn("p", "p"),
      sleep(1),
      cancel("p", "1"),
      sleep(1),
      cancel("p", "2"),
      survives(ref("p")),
      count("cancelling", "p"),
    ],
    p: [group("tg", [child("tg", "t", "a")])],
    a: [attempt([sleep(50)], "Cancelled", [sleep(5), add("cleaned"), reraise])],
  }),
  "a sibling swallows its cancel": program({
    main: [
      attempt([group("tg", [child("tg", "t", "a"), child("tg", "u", "b")])], "Group"),
      ask("result", "u"),
    ],
    a: [sleep(1), raises("A", "1")],
    b: stubborn(2),
  }),
  "a cancelled nested group unwinds the inner first": program({
    main: [spawn("p", "p"), sleep(1), cancel("p"), survives(ref("p"))],
    p: [group("outer", [child("outer", "t", "a"), group("inner", [child("inner", "u", "b")])])],
    a: [atLast([sleep(9)], [sleep(2)])],
    b: [atLast([sleep(9)], [sleep(1)])],
  }),
  "a cancel swallowed without uncancel comes again when a group fails": program({
    main: [spawn("p", "p"), sleep(1), cancel("p"), survives(ref("p")), count("cancelling", "p")],
    p: [
      attempt([sleep(9)], "Cancelled"),
      attempt([group("tg", [child("tg", "t", "a")])], "Group"),
      count("cancelling"),
      sleep(1),
    ],
    a: [raises("A", "1")],
  }),
};

const refused: Readonly<Record<string, Program>> = {
  "children are refused before, after and while aborting": program({
    main: [
      ...fresh("taskgroup", "tg"),
      child("tg", "t", "a"),
      attempt(
        [
          within("tg", [
            child("tg", "u", "b"),
            attempt([sleep(5)], "Cancelled", [child("tg", "w", "a"), reraise]),
          ]),
        ],
        "Group",
      ),
      child("tg", "z", "a"),
    ],
    a: [add("n")],
    b: [sleep(1), raises("A", "1")],
  }),
  "a group is entered once": program({
    main: [
      group("tg", [attempt([within("tg", [add("no")])], "Any")]),
      attempt([within("tg", [add("no")])], "Any"),
    ],
  }),
};

export const groups: Readonly<Record<string, Program>> = {
  ...cancelled,
  ...refused,
  "a group waits for its children and for theirs": program({
    main: [group("tg", [child("tg", "t", "a")]), add("n")],
    a: [sleep(1), child("tg", "u", "b")],
    b: [sleep(1), child("tg", "w", "c")],
    c: [sleep(1)],
  }),
  "an empty group does not yield": program({
    main: [spawn("k", "tick"), group("tg", []), add("n"), sleep(0)],
    tick: [ticks(2)],
  }),
  "a group of one child that never suspends takes three turns": program({
    main: [spawn("k", "tick"), group("tg", [child("tg", "t", "a")]), add("n"), sleep(0)],
    a: [returns(1)],
    tick: [ticks(6)],
  }),
  "a failing child cancels its siblings; errors in order of completion, the body's last": program({
    main: [
      attempt(
        [
          group("tg", [
            child("tg", "t", "a"),
            child("tg", "u", "b"),
            child("tg", "w", "c"),
            attempt([sleep(9)], "Cancelled", [raises("B", "body")]),
          ]),
        ],
        "Group",
        [
          { op: "split", kind: "A" },
          { op: "split", kind: "B" },
          { op: "split", kind: "Timeout" },
        ],
      ),
      count("cancelling"),
    ],
    a: [attempt([sleep(9)], "Cancelled", [sleep(2), raises("A", "slow")])],
    b: [sleep(1), raises("B", "first")],
    c: [attempt([sleep(9)], "Cancelled", [sleep(1), raises("A", "quick")])],
  }),
  "groups nest in groups": program({
    main: [
      attempt(
        [group("outer", [child("outer", "t", "p"), group("inner", [child("inner", "u", "a")])])],
        "Group",
        [
          { op: "split", kind: "A" },
          { op: "split", kind: "Group" },
          { op: "split", kind: "Any" },
        ],
      ),
    ],
    p: [group("third", [child("third", "w", "b")])],
    a: [sleep(1), raises("A", "1")],
    b: [sleep(1), raises("B", "2")],
  }),
  "a raising body cancels the children": program({
    main: [attempt([group("tg", [child("tg", "t", "a"), sleep(1), raises("B", "body")])], "Group")],
    a: [atLast([sleep(9)], [sleep(1)])],
  }),
  "a raising body before the children began": program({
    main: [attempt([group("tg", [child("tg", "t", "a"), raises("B", "body")])], "Group")],
    a: [add("never")],
  }),
  "a body that returns waits for the children": program({
    main: [spawn("p", "p"), join("p")],
    p: [group("tg", [child("tg", "t", "a"), returns("r")])],
    a: [sleep(3)],
  }),
  "a child that cancels itself is no error": program({
    main: [group("tg", [child("tg", "t", "a"), child("tg", "u", "b")]), count("cancelling")],
    a: [cancel("t"), sleep(0)],
    b: [sleep(2)],
  }),
  "the body awaits a child that fails and sees a cancel": program({
    main: [
      attempt(
        [
          group("tg", [
            child("tg", "t", "a"),
            attempt([join("t")], "Any", [count("cancelling"), reraise]),
          ]),
        ],
        "Group",
      ),
      count("cancelling"),
    ],
    a: [sleep(1), raises("A", "1")],
  }),
  "a child awaits another that fails": program({
    main: [attempt([group("tg", [child("tg", "t", "a"), child("tg", "u", "p")])], "Group")],
    a: [sleep(1), raises("A", "1")],
    p: [join("t")],
  }),
  "any task may add children while the group is open": program({
    main: [spawn("x", "other"), group("tg", [child("tg", "t", "a")])],
    other: [sleep(1), child("tg", "u", "a")],
    a: [sleep(2)],
  }),
  "a callback adds a child": program({
    main: [group("tg", [child("tg", "t", "a"), soon([child("tg", "u", "a")])]), add("n")],
    a: [sleep(1)],
  }),
  "a body that raises a cancelled error by hand": program({
    main: [
      attempt([group("tg", [child("tg", "t", "a"), raises("Cancelled", "by hand")])], "Cancelled"),
      count("cancelling"),
    ],
    a: [sleep(5)],
  }),
  "a body that awaits something cancelled": program({
    main: [
      ...fresh("future", "f"),
      soon([cancel("f", "m")]),
      attempt([group("tg", [child("tg", "t", "a"), join("f")])], "Cancelled"),
      count("cancelling"),
    ],
    a: [sleep(5)],
  }),
  "two children fail on one tick": program({
    main: [
      attempt(
        [group("tg", [child("tg", "t", "a"), child("tg", "u", "b"), child("tg", "w", "c")])],
        "Group",
      ),
    ],
    a: [sleep(1), raises("A", "1")],
    b: [sleep(1), raises("B", "2")],
    c: [sleep(1), returns("fine")],
  }),
  "a child fails after the body ended": program({
    main: [
      attempt([group("tg", [child("tg", "t", "a"), child("tg", "u", "b")])], "Group"),
      sleep(1),
    ],
    a: [sleep(1), raises("A", "1")],
    b: [sleep(9)],
  }),
  "a child fails on the tick in which the body goes on": program({
    main: [
      ...fresh("future", "f"),
      attempt(
        [
          group("tg", [
            child("tg", "t", "a"),
            later(1, [setResult("f", 1)]),
            join("f"),
            add("on"),
            sleep(0),
          ]),
        ],
        "Group",
      ),
      count("cancelling"),
    ],
    a: [sleep(1), raises("A", "1")],
  }),
  "a keyboard interrupt in a child leaves bare, after the others ended": program({
    main: [group("tg", [child("tg", "t", "a"), child("tg", "u", "b")])],
    a: [sleep(1), raises("Interrupt", "")],
    b: [atLast([sleep(9)], [sleep(1)])],
  }),
  "a group in a task whose result is awaited": program({
    main: [survives(call("p")), awaits(call("q"))],
    p: [group("tg", [child("tg", "t", "a"), raises("B", "2")]), add("no")],
    q: [group("tg", [child("tg", "t", "a")]), returns("q")],
    a: [sleep(1)],
  }),
};

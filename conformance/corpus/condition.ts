/** Conditions and barriers. */
import type { Operation, Program } from "../program/program.js";
import {
  add,
  attempt,
  awaits,
  cancel,
  count,
  does,
  fresh,
  join,
  later,
  make,
  method,
  on,
  program,
  ref,
  reraise,
  sleep,
  soon,
  spawn,
  survives,
  ticks,
  until,
  within,
} from "./write.js";

const lock = fresh("lock", "l");

const condition = make("c", { is: "condition" });

const barrier = (parties: number) => make("b", { is: "barrier", parties });

const twice = (body: Operation): Operation => ({ op: "repeat", times: 2, body: [body] });

const conditionWait = [within("c", [on("c", "wait"), add("n")])];

export const conditions: Readonly<Record<string, Program>> = {
  "notify(2) of four wakes the first two": program({
    main: [
      condition,
      spawn("t1", "a"),
      spawn("t2", "a"),
      spawn("t3", "a"),
      spawn("t4", "a"),
      sleep(1),
      within("c", [does("c", "notify", 2), sleep(1)]),
      ticks(6),
      within("c", [does("c", "notifyAll")]),
      ticks(6),
    ],
    a: conditionWait,
  }),
  "a waiter takes the lock back through its cancels and raises the last": program({
    main: [
      condition,
      spawn("t", "a"),
      sleep(1),
      on("c", "acquire"),
      cancel("t", "m1"),
      sleep(1),
      cancel("t", "m2"),
      sleep(1),
      cancel("t", "m3"),
      sleep(1),
      does("c", "release"),
      survives(ref("t")),
      count("cancelling", "t"),
      does("c", "locked"),
    ],
    a: [within("c", [attempt([on("c", "wait")], "Cancelled", [does("c", "locked"), reraise])])],
  }),
  "a notified waiter that is cancelled hands the notification on": program({
    main: [
      condition,
      spawn("t1", "a"),
      spawn("t2", "a"),
      sleep(1),
      within("c", [does("c", "notify")]),
      cancel("t1"),
      ticks(8),
    ],
    a: conditionWait,
  }),
  "a condition's methods need its lock": program({
    main: [
      condition,
      survives(method("c", "wait")),
      does("c", "notify"),
      does("c", "notifyAll"),
      does("c", "release"),
      does("c", "locked"),
    ],
  }),
  "wait_for a predicate": program({
    main: [
      condition,
      spawn("t", "a"),
      sleep(1),
      within("c", [add("n"), does("c", "notify")]),
      sleep(1),
      within("c", [add("n"), does("c", "notify")]),
      join("t"),
    ],
    a: [within("c", [awaits(until("c", "n", 2)), awaits(until("c", "n", 1))])],
  }),
  "two conditions on one lock": program({
    main: [
      ...lock,
      make("c", { is: "condition", lock: "l" }),
      make("d", { is: "condition", lock: "l" }),
      spawn("t", "a"),
      spawn("u", "b"),
      sleep(1),
      within("l", [does("c", "notify"), does("d", "notify"), does("d", "locked")]),
      ticks(5),
    ],
    a: conditionWait,
    b: [within("d", [on("d", "wait"), add("m")])],
  }),
  "a waiter cancelled while it takes the lock back, then notified another": program({
    main: [
      condition,
      spawn("t1", "a"),
      spawn("t2", "a"),
      sleep(1),
      on("c", "acquire"),
      does("c", "notify"),
      sleep(0),
      cancel("t1", "late"),
      sleep(1),
      does("c", "release"),
      ticks(8),
    ],
    a: conditionWait,
  }),
};

const parties = [on("b", "wait"), does("b", "nWaiting")];

export const barriers: Readonly<Record<string, Program>> = {
  "a barrier numbers its parties; the last to come goes first": program({
    main: [barrier(3), spawn("t1", "a"), spawn("t2", "a"), spawn("t3", "a"), ticks(8)],
    a: parties,
  }),
  "a barrier is used again": program({
    main: [barrier(2), spawn("t1", "a"), spawn("t2", "a"), ticks(14)],
    a: [twice(awaits(method("b", "wait")))],
  }),
  "who comes while a barrier drains waits for the next round": program({
    main: [
      barrier(2),
      spawn("t1", "a"),
      spawn("t2", "a"),
      spawn("t3", "a"),
      spawn("t4", "a"),
      ticks(14),
    ],
    a: parties,
  }),
  "reset breaks the waiters and opens the barrier again": program({
    main: [
      barrier(2),
      spawn("t1", "a"),
      sleep(1),
      does("b", "nWaiting"),
      on("b", "reset"),
      does("b", "broken"),
      ticks(6),
      spawn("t2", "a"),
      spawn("t3", "a"),
      ticks(8),
    ],
    a: [attempt(parties, "Error")],
  }),
  "abort breaks a barrier until it is reset": program({
    main: [
      barrier(2),
      spawn("t1", "a"),
      sleep(1),
      on("b", "abort"),
      does("b", "broken"),
      ticks(6),
      survives(method("b", "wait")),
      on("b", "reset"),
      does("b", "broken"),
      does("b", "parties"),
    ],
    a: parties,
  }),
  "a cancelled party leaves the barrier whole": program({
    main: [
      barrier(2),
      spawn("t1", "a"),
      sleep(1),
      cancel("t1"),
      ticks(4),
      does("b", "nWaiting"),
      does("b", "broken"),
      spawn("t2", "a"),
      spawn("t3", "a"),
      ticks(8),
    ],
    a: parties,
  }),
  "a barrier of one does not wait": program({
    main: [barrier(1), spawn("k", "tick"), on("b", "wait"), within("b", [add("n")]), sleep(0)],
    tick: [ticks(2)],
  }),
  "a barrier in an async with": program({
    main: [barrier(2), spawn("t1", "a"), soon([spawn("t2", "a")]), later(3, [add("n")]), sleep(4)],
    a: [within("b", [sleep(1)])],
  }),
};

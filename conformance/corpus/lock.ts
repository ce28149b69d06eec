/** Locks, events and semaphores. */
import type { Operation, Program } from "../program/program.js";
import {
  add,
  cancel,
  does,
  fresh,
  make,
  on,
  program,
  ref,
  sleep,
  spawn,
  survives,
  ticks,
  within,
} from "./write.js";

const lock = fresh("lock", "l");

const event = fresh("event", "e");

const semaphore = (value: number) => make("s", { is: "semaphore", value });

const twice = (body: Operation): Operation => ({ op: "repeat", times: 2, body: [body] });

export const locks: Readonly<Record<string, Program>> = {
  "a lock goes round in order; who releases comes last": program({
    main: [...lock, spawn("t1", "a"), spawn("t2", "a"), spawn("t3", "a"), ticks(12)],
    a: [twice(within("l", [add("n"), sleep(0)]))],
  }),
  "a released lock is free until the waiter's step": program({
    main: [
      ...lock,
      on("l", "acquire"),
      spawn("t", "a"),
      sleep(0),
      does("l", "release"),
      does("l", "locked"),
      ticks(2),
      does("l", "locked"),
    ],
    a: [on("l", "acquire")],
  }),
  "who releases cannot take the lock past a waiter": program({
    main: [
      ...lock,
      on("l", "acquire"),
      spawn("t", "a"),
      sleep(0),
      does("l", "release"),
      on("l", "acquire"),
      add("n"),
    ],
    a: [on("l", "acquire"), add("a"), sleep(1), does("l", "release")],
  }),
  "a woken waiter that is cancelled passes the lock on": program({
    main: [
      ...lock,
      on("l", "acquire"),
      spawn("t1", "a"),
      spawn("t2", "a"),
      sleep(0),
      does("l", "release"),
      cancel("t1"),
      ticks(4),
      does("l", "locked"),
    ],
    a: [on("l", "acquire")],
  }),
  "cancelled waiters do not hinder who comes": program({
    main: [
      ...lock,
      on("l", "acquire"),
      spawn("t1", "a"),
      spawn("t2", "a"),
      sleep(0),
      cancel("t1"),
      cancel("t2"),
      does("l", "release"),
      on("l", "acquire"),
      ticks(2),
    ],
    a: [on("l", "acquire")],
  }),
  "releasing a free lock is refused": program({
    main: [
      ...lock,
      does("l", "release"),
      on("l", "acquire"),
      does("l", "release"),
      does("l", "release"),
    ],
  }),
  "taking a free lock does not yield": program({
    main: [
      ...lock,
      spawn("k", "tick"),
      within("l", [does("l", "locked")]),
      does("l", "locked"),
      sleep(0),
    ],
    tick: [ticks(2)],
  }),
  "any task may release": program({
    main: [...lock, on("l", "acquire"), spawn("t", "a"), on("l", "acquire"), add("n")],
    a: [sleep(1), does("l", "release")],
  }),
  "an error in the block releases the lock": program({
    main: [
      ...lock,
      spawn("t", "a"),
      sleep(1),
      cancel("t"),
      survives(ref("t")),
      does("l", "locked"),
    ],
    a: [within("l", [sleep(5)])],
  }),
};

export const events: Readonly<Record<string, Program>> = {
  "set and clear at once wake every waiter": program({
    main: [
      ...event,
      spawn("t1", "a"),
      spawn("t2", "a"),
      sleep(1),
      does("e", "set"),
      does("e", "clear"),
      does("e", "isSet"),
      ticks(3),
    ],
    a: [on("e", "wait"), does("e", "isSet")],
  }),
  "waiting for a set event does not yield": program({
    main: [...event, does("e", "set"), spawn("k", "tick"), on("e", "wait"), add("n"), sleep(0)],
    tick: [ticks(2)],
  }),
  "a cancelled waiter of an event": program({
    main: [
      ...event,
      spawn("t1", "a"),
      spawn("t2", "a"),
      sleep(1),
      cancel("t1"),
      does("e", "set"),
      ticks(3),
    ],
    a: [on("e", "wait")],
  }),
  "a woken waiter of an event that is cancelled": program({
    main: [
      ...event,
      spawn("t1", "a"),
      spawn("t2", "a"),
      sleep(1),
      does("e", "set"),
      does("e", "set"),
      cancel("t1"),
      ticks(3),
    ],
    a: [on("e", "wait")],
  }),
};

export const semaphores: Readonly<Record<string, Program>> = {
  "permits are handed out in order, nobody jumps the queue": program({
    main: [
      semaphore(1),
      spawn("t1", "a"),
      spawn("t2", "a"),
      spawn("t3", "a"),
      sleep(0),
      does("s", "locked"),
      ticks(8),
    ],
    a: [twice(within("s", [add("n"), does("s", "locked"), sleep(0)]))],
  }),
  "a woken waiter that is cancelled gives its permit back": program({
    main: [
      semaphore(0),
      spawn("t1", "a"),
      spawn("t2", "a"),
      sleep(0),
      does("s", "release"),
      cancel("t1"),
      ticks(5),
      does("s", "locked"),
    ],
    a: [on("s", "acquire")],
  }),
  "several cancelled waiters and releases keep the count": program({
    main: [
      semaphore(2),
      on("s", "acquire"),
      on("s", "acquire"),
      spawn("t1", "a"),
      spawn("t2", "a"),
      spawn("t3", "a"),
      sleep(0),
      cancel("t1"),
      cancel("t2"),
      does("s", "release"),
      does("s", "release"),
      does("s", "release"),
      ticks(5),
      does("s", "locked"),
      on("s", "acquire"),
      does("s", "locked"),
    ],
    a: [on("s", "acquire")],
  }),
  "a bounded semaphore refuses one release too many": program({
    main: [
      make("s", { is: "bounded", value: 1 }),
      does("s", "release"),
      on("s", "acquire"),
      does("s", "release"),
      does("s", "release"),
    ],
  }),
  "a semaphore of less than nothing is refused": program({
    main: [
      make("s", { is: "semaphore", value: -1 }),
      make("u", { is: "bounded", value: -1 }),
      make("b", { is: "barrier", parties: 0 }),
    ],
  }),
  "several releases in one turn": program({
    main: [
      semaphore(0),
      spawn("t1", "a"),
      spawn("t2", "a"),
      sleep(0),
      does("s", "release"),
      does("s", "release"),
      does("s", "locked"),
      ticks(4),
    ],
    a: [on("s", "acquire"), does("s", "locked")],
  }),
  "who comes between release and wake-up waits": program({
    main: [
      semaphore(0),
      spawn("t1", "a"),
      sleep(0),
      does("s", "release"),
      spawn("t2", "a", { eager: true }),
      ticks(3),
      does("s", "release"),
      ticks(3),
    ],
    a: [on("s", "acquire"), add("n")],
  }),
};

/** Hand-written programs: every operation, and the facts of asyncio that programs rely on. */
import type { Program } from "../program/program.js";
import { barriers, conditions } from "./condition.js";
import { context, eagerStart } from "./eager.js";
import { future } from "./future.js";
import { gathers } from "./gather.js";
import { groups } from "./group.js";
import { kernel } from "./kernel.js";
import { events, locks, semaphores } from "./lock.js";
import { queues } from "./queue.js";
import { task } from "./task.js";
import { timeouts } from "./timeout.js";
import { completions, shields, waits } from "./wait.js";
import { waitsFor } from "./wait-for.js";

/** The programs, by the file their traces are recorded in. */
export const corpus: Readonly<Record<string, Readonly<Record<string, Program>>>> = {
  kernel,
  future,
  task,
  eager: eagerStart,
  context,
  gather: gathers,
  wait: waits,
  shield: shields,
  "as-completed": completions,
  "wait-for": waitsFor,
  timeout: timeouts,
  group: groups,
  lock: locks,
  event: events,
  condition: conditions,
  semaphore: semaphores,
  barrier: barriers,
  queue: queues,
};
